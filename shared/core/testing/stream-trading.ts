import { type Command, CommandKind } from '../src/command.ts'
import { type OrderType, OrderType as Types, SelfTradePrevention, Side } from '../src/enums.ts'
import { bookSide } from './naive/emit.ts'
import { freeOf, notionalOf, remainingOf } from './naive/money.ts'
import { symbolOf, type NaiveOrder } from './naive/world.ts'
import { modes, orderTypes, timesInForce } from './stream-profiles.ts'
import type { CommandStream } from './stream.ts'

const { LIMIT, MARKET, LIMIT_MAKER, STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT } = Types

function someAccount(stream: CommandStream): number {
  return stream.random.between(1, stream.profile.accounts)
}

function somePrice(stream: CommandStream): number {
  const { middle, spread, jump, large, wide } = stream.profile
  if (wide) return stream.random.between(1, 9) * 10 ** stream.random.below(14) + stream.random.below(3)
  if (large && stream.random.chance(15)) return stream.random.between(1, 3)
  const centre = middle + jump * ((Math.floor(stream.oracle.world.sequence / 150) % 3) - 1)
  return stream.random.between(centre - spread, centre + spread)
}

function someQuantity(stream: CommandStream): number {
  const { random, profile } = stream
  if (profile.large && !profile.wide && random.chance(10)) return Number.MAX_SAFE_INTEGER - random.below(1000)
  return random.between(1, random.chance(20) ? profile.quantityMax * 4 : profile.quantityMax)
}

/** Mostly on the side of the last price where the stop has something to wait for. */
function someStopPrice(stream: CommandStream, c: Command): number {
  const price = somePrice(stream)
  const last = stream.oracle.world.symbols[c.symbol]?.lastPrice ?? 0
  if (last === 0 || stream.random.chance(25)) return price
  const isStopLoss = c.type === STOP_LOSS || c.type === STOP_LOSS_LIMIT
  const { spread, jump } = stream.profile
  const away = jump > 0 ? stream.random.between(jump - spread, jump + spread) : Math.max(1, Math.abs(price - last))
  return isStopLoss === (c.side === Side.BUY) ? last + away : Math.max(1, last - away)
}

/** Mostly the busiest market. */
function someSymbol(stream: CommandStream): number {
  return stream.random.chance(75) ? 0 : stream.random.below(3)
}

function someType(stream: CommandStream): OrderType {
  const { random, profile } = stream
  switch (random.weighted(profile.types)) {
    case 'limit':
      return LIMIT
    case 'market':
      return MARKET
    case 'maker':
      return LIMIT_MAKER
    case 'stop':
      return random.pick([STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT])
  }
}

/** Client ids, of every length class. */
const names = ['a', 'b', 'c', 'd', 'e', 'four', 'a-rather-long-name-of-an-order-32', 'x'.repeat(35)]

function orderFields(stream: CommandStream, c: Command): void {
  const { random, profile } = stream
  c.account = someAccount(stream)
  c.symbol = someSymbol(stream)
  c.side = random.chance(50) ? Side.BUY : Side.SELL
  c.type = someType(stream)
  const isStop = c.type >= STOP_LOSS
  if (c.type !== MARKET && c.type !== STOP_LOSS && c.type !== TAKE_PROFIT) c.price = somePrice(stream)
  if (isStop) c.stopPrice = someStopPrice(stream, c)
  if (c.type === MARKET && random.chance(40)) c.quoteQuantity = someQuoteQuantity(stream)
  else c.quantity = someQuantity(stream)
  if (c.type === LIMIT || (isStop && c.price > 0)) c.timeInForce = random.chance(65) ? 1 : random.pick(timesInForce)
  if (random.chance(60)) c.selfTradePrevention = random.pick(modes)
  if (c.type === MARKET && c.side === Side.BUY && c.quantity > 0 && random.chance(30)) buyAllThatIsPaid(stream, c)
  if (random.chance(30)) c.clientId.set(`${random.pick(names)}${c.account}`)
  if (random.chance(5)) c.strategyId = random.next()
  if (random.chance(5)) c.strategyType = 1_000_000 + random.below(3)
  if (random.chance(profile.retries)) {
    c.clientId.set(`r${random.below(30)}`)
    c.firstSent = stream.time - random.below(random.chance(80) ? 3_000_000 : 700_000_000) + random.below(70_000_000)
  }
  if (random.chance(profile.nonsense)) garble(stream, c)
}

/** As much as the account can just pay: own orders that are then taken out of the way make it cost more. */
function buyAllThatIsPaid({ oracle, random }: CommandStream, c: Command): void {
  const { world } = oracle
  const symbol = symbolOf(world, c)
  let free = freeOf(world, c.account, symbol.quote)
  let quantity = 0n
  for (const maker of bookSide(world, c.symbol, Side.SELL)) {
    const unit = notionalOf(symbol, maker.price, 1)
    const offered = BigInt(remainingOf(maker))
    const taken = free / unit < offered ? free / unit : offered
    quantity += taken
    free -= taken * unit
    if (taken < offered) break
  }
  if (quantity > 0n) c.quantity = Number(quantity)
  c.selfTradePrevention = random.pick([SelfTradePrevention.NONE, SelfTradePrevention.EXPIRE_MAKER])
}

function someQuoteQuantity(stream: CommandStream): number {
  const { random, profile } = stream
  if (profile.large) return Number.MAX_SAFE_INTEGER - random.next()
  return random.between(1, random.chance(50) ? 20_000 : 2_000_000)
}

/** One field that makes no sense. */
function garble(stream: CommandStream, c: Command): void {
  const { random } = stream
  const bad = random.pick([-1, 0, 0.5, Number.NaN, 2 ** 53, Number.MAX_SAFE_INTEGER, 99])
  const fields = ['price', 'quantity', 'quoteQuantity', 'stopPrice', 'firstSent', 'strategyId', 'strategyType'] as const
  const references = ['account', 'symbol'] as const
  const enums = ['side', 'type', 'timeInForce', 'selfTradePrevention'] as const
  const pick = random.below(10)
  if (pick < 5) c[random.pick(fields)] = bad
  else if (pick < 7) c[random.pick(references)] = random.pick([0, 3, 6, 99])
  else if (pick < 9) Object.assign(c, { [random.pick(enums)]: random.pick([-1, 0, 6, 8, 99]) })
  else c.type = random.pick(orderTypes)
}

export function place(stream: CommandStream, c: Command): void {
  c.kind = CommandKind.PLACE
  orderFields(stream, c)
}

/** Name an open order, mostly truly. */
function target(stream: CommandStream, c: Command): NaiveOrder | undefined {
  const { random, oracle } = stream
  const open = oracle.world.orders
  if (open.length === 0 || random.chance(5)) {
    c.account = someAccount(stream)
    c.symbol = someSymbol(stream)
    if (random.chance(70)) c.targetOrder = random.between(1, 50)
    if (random.chance(50)) c.targetClientId.set(random.pick(names))
    return undefined
  }
  const order = random.pick(open)
  c.account = random.chance(97) ? order.account : someAccount(stream)
  c.symbol = random.chance(97) ? order.symbol : someSymbol(stream)
  const byName = order.clientId !== '' && random.chance(50)
  if (byName) c.targetClientId.set(order.clientId)
  if (!byName || random.chance(20)) c.targetOrder = order.orderId
  if (random.chance(3)) c.targetClientId.set('other')
  if (random.chance(30)) c.cancelId.set(`x${random.below(100)}`)
  return order
}

export function cancel(stream: CommandStream, c: Command): void {
  const { random } = stream
  c.kind = CommandKind.CANCEL
  target(stream, c)
  if (random.chance(15)) c.restriction = random.chance(50) ? 1 : 2
  if (random.chance(6)) {
    c.kind = CommandKind.CANCEL_ALL
    c.restriction = 0
  }
  if (random.chance(1)) c.kind = CommandKind.CANCEL_ACCOUNT
  if (random.chance(stream.profile.nonsense)) {
    if (random.chance(50)) c.targetOrder = random.pick([-1, 0.5, 2 ** 53])
    else Object.assign(c, { restriction: random.pick([3, -1]), account: random.pick([0, 1, 99]) })
  }
}

export function amend(stream: CommandStream, c: Command): void {
  const { random } = stream
  c.kind = random.chance(50) ? CommandKind.AMEND : CommandKind.AMEND_KEEP_PRIORITY
  const order = target(stream, c)
  const quantity = order?.quantity ?? 10
  if (random.chance(70)) c.quantity = Math.max(0, random.chance(70) ? random.below(quantity + 1) : someQuantity(stream))
  if (c.kind === CommandKind.AMEND && random.chance(60)) c.price = somePrice(stream)
  if (random.chance(20)) c.clientId.set(`${random.pick(names)}${c.account}`)
  if (random.chance(stream.profile.nonsense)) c[random.pick(['price', 'quantity'] as const)] = -0.5
}

export function replace(stream: CommandStream, c: Command): void {
  const { random } = stream
  c.kind = CommandKind.CANCEL_REPLACE
  orderFields(stream, c)
  const account = c.account
  const symbol = c.symbol
  target(stream, c)
  if (random.chance(10)) Object.assign(c, { account, symbol })
  c.replaceMode = random.chance(50) ? 1 : 2
  if (random.chance(20)) c.restriction = random.chance(50) ? 1 : 2
  if (random.chance(stream.profile.nonsense)) Object.assign(c, { replaceMode: random.pick([0, 3]) })
}

/** CONTINUE, TICK, or a kind that does not exist. */
export function go(stream: CommandStream, c: Command): void {
  const { random } = stream
  c.kind = random.chance(80) ? CommandKind.CONTINUE : CommandKind.TICK
  if (random.chance(stream.profile.nonsense)) Object.assign(c, { kind: random.pick([0, 9, 99]) })
}
