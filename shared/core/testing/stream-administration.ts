import { SUPPORTED_BEHAVIOURS } from '../src/behaviours.ts'
import { type Command, CommandKind } from '../src/command.ts'
import type { SymbolFilters } from '../src/definition.ts'
import { OrderType, Side, SymbolStatus, TimeInForce } from '../src/enums.ts'
import { noFilters } from './listing.ts'
import { symbolStatuses } from './stream-profiles.ts'
import type { CommandStream } from './stream.ts'

const { OPEN_SESSION, END_SESSION, EXPIRE_SESSION } = CommandKind

export function isSessionCommand(kind: CommandKind): boolean {
  return kind === OPEN_SESSION || kind === END_SESSION || kind === EXPIRE_SESSION
}

const weights = {
  deposit: 20,
  withdraw: 15,
  filters: 15,
  symbolStatus: 12,
  accountStatus: 8,
  fees: 6,
  session: 8,
  importOrder: 15,
  listing: 2,
}

export function draw(stream: CommandStream, c: Command): void {
  const { random, profile } = stream
  c.account = random.between(1, profile.accounts)
  c.symbol = random.below(3)
  const shut = stream.oracle.world.symbols.find((symbol) => symbol.status !== SymbolStatus.TRADING)
  if (shut && random.chance(40)) {
    Object.assign(c, { kind: CommandKind.SET_SYMBOL_STATUS, symbol: shut.id, value: SymbolStatus.TRADING })
    return
  }
  drawers[random.weighted(weights)](stream, c)
  if (random.chance(profile.nonsense)) {
    Object.assign(c, { [random.pick(['account', 'symbol', 'asset', 'value'])]: random.pick([0, 3, 77]) })
  }
}

const drawers: Record<keyof typeof weights, (stream: CommandStream, c: Command) => void> = {
  deposit(stream, c) {
    const { random, profile } = stream
    c.kind = random.chance(70) ? CommandKind.DEPOSIT : CommandKind.IMPORT_BALANCE
    c.asset = random.below(3)
    c.amount = profile.large && random.chance(50) ? 2n ** 61n : BigInt(random.below(profile.funds))
  },
  withdraw(stream, c) {
    const { random, profile } = stream
    c.kind = CommandKind.WITHDRAW
    c.asset = random.below(3)
    c.amount = BigInt(random.below(profile.funds >> 1))
  },
  filters(stream, c) {
    c.kind = CommandKind.SET_FILTERS
    c.text = JSON.stringify(someFilters(stream))
  },
  symbolStatus(stream, c) {
    c.kind = CommandKind.SET_SYMBOL_STATUS
    // Mostly open again: a closed market tests little.
    c.value = stream.random.chance(70) ? 1 : stream.random.pick(symbolStatuses)
  },
  accountStatus(stream, c) {
    c.kind = CommandKind.SET_ACCOUNT_STATUS
    c.value = stream.random.chance(75) ? 1 : stream.random.between(1, 3)
  },
  fees(stream, c) {
    const { random } = stream
    c.kind = CommandKind.SET_FEES
    const symbol = random.pick(['', 'BTCUSD', 'ETHUSD', 'BTCETH'])
    const [maker, taker] = [random.pick([0, 999, 250_000]), random.pick([0, 1, 1_000_000])]
    c.text = JSON.stringify({ account: c.account, symbol, maker, taker })
  },
  session(stream, c) {
    const { random, numbers } = stream
    c.kind = random.pick([OPEN_SESSION, OPEN_SESSION, END_SESSION, EXPIRE_SESSION])
    c.session = random.between(11, 14)
    if (c.kind !== OPEN_SESSION) numbers.delete(c.session)
    else if (!numbers.has(c.session)) numbers.set(c.session, stream.oracle.world.sessions.get(c.session)?.last ?? 0)
  },
  importOrder(stream, c) {
    const { random, profile } = stream
    c.kind = CommandKind.IMPORT_ORDER
    c.side = random.chance(50) ? Side.BUY : Side.SELL
    c.type = random.pick([OrderType.LIMIT, OrderType.LIMIT, OrderType.LIMIT_MAKER])
    const away = random.between(1, profile.spread)
    c.price = c.side === Side.BUY ? profile.middle - away : profile.middle + away
    c.quantity = random.between(1, profile.quantityMax)
    c.executedQuantity = random.chance(40) ? random.below(c.quantity) : 0
    c.originalTime = stream.time - random.below(20_000_000)
    if (random.chance(50)) c.text = `foreign-${random.below(20)}`
    if (random.chance(3)) c.timeInForce = TimeInForce.IOC
    if (random.chance(3)) c.type = OrderType.MARKET
    if (random.chance(3)) c.originalTime += 30_000_000
    if (random.chance(3)) c.executedQuantity = c.quantity
  },
  listing(stream, c) {
    const { random } = stream
    c.kind = random.pick([CommandKind.ADD_ASSET, CommandKind.ACTIVATE_BEHAVIOUR])
    if (c.kind === CommandKind.ADD_ASSET) {
      c.text = JSON.stringify({ code: random.pick(['BTC', 'EUR', 'XRP', 'SOL']), decimals: 8 })
    } else c.value = random.pick([...SUPPORTED_BEHAVIOURS, 99])
  },
}

/** A few filters set, the others off. */
function someFilters(stream: CommandStream): SymbolFilters {
  const { random, profile } = stream
  const { middle, spread, quantityMax } = profile
  const on = (value: number): number => (random.chance(profile.filters) && random.chance(50) ? value : 0)
  return {
    ...noFilters,
    minPrice: on(middle - random.below(spread)),
    maxPrice: on(middle + random.below(spread)),
    tickSize: on(random.between(1, 3)),
    minQuantity: on(random.between(1, 5)),
    maxQuantity: on(random.between(Math.floor(quantityMax / 2), quantityMax * 2)),
    stepSize: on(random.between(1, 5)),
    marketMinQuantity: on(random.between(1, 5)),
    marketMaxQuantity: on(random.between(Math.floor(quantityMax / 2), quantityMax)),
    marketStepSize: on(random.between(1, 7)),
    minNotional: String(on(random.below(middle * 10))),
    maxNotional: String(on(Math.min(middle * quantityMax * 10, 2 ** 61) + random.below(1000))),
    applyMinToMarket: random.chance(50),
    applyMaxToMarket: random.chance(50),
    bidMultiplierUp: on(10_000 + random.below(700)),
    bidMultiplierDown: on(10_000 - random.below(700)),
    askMultiplierUp: on(10_000 + random.below(700)),
    askMultiplierDown: on(10_000 - random.below(700)),
    averagePriceMinutes: random.pick([0, 0, 1, 2, 5, 60]),
    maxOrders: on(random.between(1, 8)),
    maxAlgoOrders: on(random.between(1, 4)),
    maxPosition: on(random.between(quantityMax, quantityMax * 30)),
  }
}
