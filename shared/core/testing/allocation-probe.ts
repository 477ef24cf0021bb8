import { getHeapStatistics } from 'node:v8'
import {
  Command,
  CommandKind,
  EventKind,
  Exchange,
  OrderType,
  Side,
  SUPPORTED_BEHAVIOURS,
  eachEvent,
} from '../src/index.ts'
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
  for (const value of SUPPORTED_BEHAVIOURS) administer(CommandKind.ACTIVATE_BEHAVIOUR, { value })
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

/** What orders are drawn from, made beforehand: chance boxes numbers. */
const DRAWS = 4096
const sides = Uint8Array.from({ length: DRAWS }, () => random.below(2))
const isMarket = Uint8Array.from({ length: DRAWS }, () => (random.chance(10) ? 1 : 0))
const offsets = Int32Array.from({ length: DRAWS }, () => random.below(40))
const quantities = Int32Array.from({ length: DRAWS }, () => random.between(1, 1000))

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
    const order = number - ((number / 3) | 0)
    const draw = order % DRAWS
    command.kind = CommandKind.PLACE
    command.account = (order % 10) + 1
    command.side = sides[draw] === 0 ? Side.BUY : Side.SELL
    command.type = isMarket[draw] === 1 ? OrderType.MARKET : OrderType.LIMIT
    const away = command.side === Side.BUY ? -30 : -10
    command.price = command.type === OrderType.MARKET ? 0 : 10_000 + offsets[draw]! + away
    command.quantity = quantities[draw]!
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

open()
run(1, WARM_UP)
trades = 0
const before = allocated()
run(WARM_UP + 1, COMMANDS)
const bytesPerCommand = (allocated() - before) / COMMANDS
process.stdout.write(JSON.stringify({ bytesPerCommand, trades }))

/** Bytes ever allocated on the heap, collected or not. */
function allocated(): number {
  return getHeapStatistics().total_allocated_bytes
}
