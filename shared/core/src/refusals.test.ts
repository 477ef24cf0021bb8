import { expect, test } from 'vitest'
import { SUPPORTED_BEHAVIOURS } from './behaviours.ts'
import { CommandKind } from './command.ts'
import { Exchange } from './exchange.ts'
import { Reject, rejectName } from './reject.ts'
import { content } from '../testing/content.ts'
import { NaiveExchange } from '../testing/naive-exchange.ts'
import { profiles } from '../testing/stream-profiles.ts'
import { funded, market } from '../testing/opening.ts'
import { parseCommand } from '../testing/parse.ts'
import { Scenario } from '../testing/table.ts'
import { commandOf, CommandStream, copyCommand } from '../testing/stream.ts'

const COMMANDS = 500
const names = Object.keys(profiles) as (keyof typeof profiles)[]
const seen = new Set<number>()

/** A stream whose shard has every behaviour active. */
function newStream(seed: number, profile: keyof typeof profiles): { exchange: Exchange; stream: CommandStream } {
  const exchange = new Exchange()
  const oracle = new NaiveExchange()
  for (const [index, value] of SUPPORTED_BEHAVIOURS.entries()) {
    const activation = commandOf(CommandKind.ACTIVATE_BEHAVIOUR, { value })
    exchange.execute(activation, index + 1, 1)
    oracle.execute(activation, index + 1, 1)
  }
  return { exchange, stream: new CommandStream(seed, oracle, profile) }
}

test.each(names)('a refused command and a test order change nothing: %s', (profile) => {
  const { exchange, stream } = newStream(names.indexOf(profile), profile)
  for (let i = 0; i < COMMANDS; i++) {
    const { command: drawn, time } = stream.next()
    const command = copyCommand(drawn)
    // Sessions and retries remember refusals.
    command.session = command.number = command.confirmed = command.firstSent = 0
    const sequence = exchange.sequence + 1
    const isQuiet = !exchange.hasWork()
    const before = Exchange.restore(exchange.snapshot())
    const tested = command.kind === CommandKind.PLACE ? exchange.test(copyCommand(command)) : Reject.NONE
    if (command.kind === CommandKind.PLACE) expect(content(exchange) === content(before), `test ${i}`).toBe(true)
    exchange.output.clear()
    const reject = exchange.execute(copyCommand(command), sequence, time)
    stream.oracle.execute(command, sequence, time)
    const failed = reject !== Reject.NONE && reject !== Reject.REPLACE_PARTIAL
    if (!isQuiet) continue
    if (command.kind === CommandKind.PLACE && exchange.time === before.time) {
      expect(rejectName(tested)).toBe(rejectName(reject === Reject.INSUFFICIENT_BALANCE ? Reject.NONE : reject))
    }
    if (!failed) continue
    before.execute(commandOf(CommandKind.TICK), sequence, time)
    if (content(exchange) !== content(before)) expect.fail(`command ${i} of ${profile}, ${rejectName(reject)}`)
    seen.add(reject)
  }
})

test('before DOCUMENTED_RULES, a test order does not look up the reference price either', () => {
  const scenario = new Scenario()
  const table = `${funded}
    filters BTCUSD bidMultiplierUp=10000 averagePriceMinutes=1
    place alice BTCUSD sell limit 1 @100
    place bob BTCUSD buy market 1`
  for (const line of table.split('\n')) if (line.trim() !== '') scenario.line(line.trim())
  const { exchange } = scenario.lockstep
  const before = content(exchange)
  const command = parseCommand('place bob BTCUSD buy limit 1 @101', scenario.names)
  expect(rejectName(exchange.test(command))).toBe('FILTER_PERCENT_PRICE_BY_SIDE')
  expect(content(exchange)).toBe(before)
})

/** Cases that random streams rarely contain: commands, the last of which is refused. */
const rare: Readonly<Record<string, string>> = {
  UNKNOWN_ASSET: 'deposit alice 9 1',
  ALREADY_EXISTS: 'asset BTC',
  OVERFLOW_BALANCE: `deposit alice BTC ${2n ** 62n}`,
  OVERFLOW_LEVEL: `deposit alice BTC ${2 ** 53}
    place alice BTCUSD sell limit ${2 ** 53 - 1} @1
    place alice BTCUSD sell limit 1 @1`,
  LIQUIDITY_BELOW_MARKET_LOT: `filters BTCUSD marketMinQuantity=2
    place alice BTCUSD sell limit 1 @1
    place bob BTCUSD buy market quote:1`,
  DUPLICATE_CLIENT_ORDER_ID: `place alice BTCUSD sell limit 1 @10 id=a
    place alice BTCUSD sell limit 1 @10 id=a`,
  BEHAVIOUR_UNKNOWN: 'activate 99',
  SYMBOL_CANCEL_ONLY: `symbol-status BTCUSD cancel-only
    place alice BTCUSD sell limit 1 @10`,
  ACCOUNT_FROZEN: `account-status alice frozen
    place alice BTCUSD sell limit 1 @10`,
  FILTER_MAX_NUM_ORDERS: `filters BTCUSD maxOrders=1
    place alice BTCUSD sell limit 1 @10
    place alice BTCUSD sell limit 1 @10`,
  FILTER_MAX_NUM_ALGO_ORDERS: `filters BTCUSD maxAlgoOrders=1
    place alice BTCUSD sell limit 1 @10
    place bob BTCUSD buy limit 1 @10
    place alice BTCUSD sell stop-loss 1 stop@5
    place alice BTCUSD sell stop-loss 1 stop@5`,
  MARKET_BUSY: `place alice BTCUSD sell limit 1 @10
    place alice BTCUSD sell limit 1 @10
    place bob BTCUSD buy limit 2 @10
    place carol BTCUSD buy limit 1 @1`,
}

test.each(Object.entries(rare))('%s changes nothing', (name, table) => {
  const scenario = new Scenario({ stepWorkMax: 1 })
  const lines = `${market}${table}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  for (const line of lines.slice(0, -1)) expect(scenario.line(line)).not.toBe(name)
  const { exchange } = scenario.lockstep
  const before = Exchange.restore(exchange.snapshot())
  expect(scenario.line(lines.at(-1)!)).toBe(name)
  before.execute(commandOf(CommandKind.TICK), exchange.sequence, exchange.time)
  expect(content(exchange) === content(before)).toBe(true)
  seen.add(Reject[name as keyof typeof Reject])
})

test('an invalid definition changes nothing', () => {
  const [exchange, before] = [new Exchange(), new Exchange()]
  before.execute(commandOf(CommandKind.TICK), 1, 1)
  expect(exchange.execute(commandOf(CommandKind.ADD_ASSET, { text: '{}' }), 1, 1)).toBe(Reject.INVALID_DEFINITION)
  expect(content(exchange)).toBe(content(before))
  seen.add(Reject.INVALID_DEFINITION)
})

test('a command of an unknown kind changes nothing', () => {
  const [exchange, before] = [new Exchange(), new Exchange()]
  before.execute(commandOf(CommandKind.TICK), 1, 1)
  expect(exchange.execute(commandOf(255 as CommandKind), 1, 1)).toBe(Reject.UNKNOWN_COMMAND)
  expect(content(exchange)).toBe(content(before))
  seen.add(Reject.UNKNOWN_COMMAND)
})

test('every rejection that does not need a memory has occurred', () => {
  const remembered = new Set<number>([
    Reject.SESSION_UNKNOWN,
    Reject.SESSION_GAP,
    Reject.REPLY_FORGOTTEN,
    Reject.RETRY_MISMATCH,
    Reject.RETRY_TOO_OLD,
    Reject.RETRY_MEMORY_FULL,
    // Bounds of what is listed: capacity.sim.test.ts.
    Reject.LIMIT_REACHED,
  ])
  const missing = Object.entries(Reject).filter(([, code]) => !seen.has(code) && !remembered.has(code))
  expect(missing.map(([name]) => name)).toEqual(['NONE', 'REPLACE_PARTIAL'])
})
