import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Command, CommandKind, EventKind, Exchange, OrderType, Side, eachEvent } from '../src/index.ts'
import { listing } from './listing.ts'
import { Random } from './random.ts'
import { EPOCH } from './stream.ts'

/**
 * Measures what the core leaves to the garbage collector when it is warm: a market of steady size in which orders are
 * placed, matched and cancelled. Prints `{ bytesPerCommand, trades }`. With `--plant` it makes one small object for each
 * command itself, so that a test can see the measurement bite.
 */
const COMMANDS = 300_000
const WARM_UP = 300_000
const plant = process.argv.includes('--plant')

const exchange = new Exchange()
const command = new Command()
const random = new Random(1)
let sequence = 0
let trades = 0
let oldest = 0
const planted: object[] = []

function send(): void {
  sequence++
  exchange.output.clear()
  exchange.execute(command, sequence, EPOCH + sequence)
}

function administer(kind: CommandKind, fields: Partial<Command>): void {
  command.reset()
  Object.assign(command, { kind }, fields)
  send()
}

function open(): void {
  administer(CommandKind.ADD_ASSET, { text: '{"code":"BTC","decimals":8}' })
  administer(CommandKind.ADD_ASSET, { text: '{"code":"USD","decimals":8}' })
  const more = { priceDecimals: 2, quantityDecimals: 6, makerFee: 1000, takerFee: 1000 }
  administer(CommandKind.ADD_SYMBOL, { text: JSON.stringify(listing('BTCUSD', 'BTC', 'USD', more)) })
  administer(CommandKind.OPEN_SESSION, { session: 7 })
  for (let account = 1; account <= 10; account++) {
    administer(CommandKind.ADD_ACCOUNT, { text: `account ${account}` })
    for (const asset of [0, 1]) administer(CommandKind.DEPOSIT, { account, asset, amount: 10n ** 17n })
  }
}

const visit = (kind: number): void => {
  if (kind === EventKind.TRADE) trades++
}

/** Two placements around the middle, then the cancel of an old order: the book keeps its size. */
function trade(number: number): void {
  command.reset()
  command.session = 7
  command.number = number
  command.confirmed = number - 100 > 0 ? number - 100 : 0
  command.symbol = 0
  if (number % 3 === 0) {
    command.kind = CommandKind.CANCEL
    command.targetOrder = ++oldest
    command.account = (oldest % 10) + 1
  } else {
    const order = number - Math.floor(number / 3)
    command.kind = CommandKind.PLACE
    command.account = (order % 10) + 1
    command.side = random.chance(50) ? Side.BUY : Side.SELL
    command.type = random.chance(10) ? OrderType.MARKET : OrderType.LIMIT
    command.price =
      command.type === OrderType.MARKET ? 0 : 10_000 + random.below(40) + (command.side === Side.BUY ? -30 : -10)
    command.quantity = 1 + random.below(1000)
    command.clientId.length = 8
    command.clientId.words[0] = order
    command.clientId.words[1] = 0x41414141
  }
  send()
  if (plant) planted[number & 1023] = { number, sequence, trades, oldest, more: { number } }
  eachEvent(exchange.output.words, 0, visit)
}

function run(from: number, count: number): void {
  for (let number = from; number < from + count; number++) trade(number)
}

let collected = 0
const observer = new PerformanceObserver((list) => {
  collected += list.getEntries().length
})
observer.observe({ entryTypes: ['gc'] })

open()
run(1, WARM_UP)
const collect = globalThis.gc!
collect()
await nextTurn()
trades = collected = 0
const before = process.memoryUsage().heapUsed
run(WARM_UP + 1, COMMANDS)
const bytes = process.memoryUsage().heapUsed - before
await nextTurn()
// A collection in between would hide what was allocated: count it as the young generation that it emptied.
const hidden = collected * 64 * 1024 * 1024
process.stdout.write(JSON.stringify({ bytesPerCommand: (bytes + hidden) / COMMANDS, trades }))
