/* oxlint-disable typescript/no-non-null-assertion -- markets, accounts and slots are those of the shard itself. */
import { AMOUNT_MAX, Amount } from './amount.ts'
import { assert } from './assert.ts'
import { Side } from './enums.ts'
import type { Market } from './market.ts'
import { type WaitingQueue, WorkKind } from './market-work.ts'
import { NONE } from './order-store.ts'
import type { PriceIndex } from './price-index.ts'
import type { Shard } from './shard.ts'
import { isRising, isStop } from './triggers.ts'
import { viewTotals } from './views.ts'

/** What the walk over all open orders found, to be compared with the stores. */
interface Census {
  orders: number
  withClientId: number
  /** By balance slot. */
  readonly locked: Map<number, bigint>
  /** By seat. */
  readonly seatOrders: Map<number, number>
  readonly seatStops: Map<number, number>
  readonly openBuy: Map<number, bigint>
}

/** Assert every invariant of the state: conservation, books, indexes, counts. Slow: for tests. */
export function verify(shard: Shard): void {
  const census: Census = {
    orders: 0,
    withClientId: 0,
    locked: new Map(),
    seatOrders: new Map(),
    seatStops: new Map(),
    openBuy: new Map(),
  }
  for (const market of shard.markets) verifyMarket(shard, market, census)
  verifyQueue(shard, shard.triggers.shared, census)
  for (const market of shard.markets) verifyWork(shard, market, census)
  verifyStores(shard, census)
  verifySeats(shard, census)
  verifyMoney(shard, census)
}

function verifyMarket(shard: Shard, market: Market, census: Census): void {
  const { bids, asks } = market.book
  const { levels } = shard.memory
  if (bids.best !== NONE && asks.best !== NONE) {
    assert(levels.price(bids.best) < levels.price(asks.best), 'the book is not crossed')
  }
  for (const index of market.indexes) {
    let previous = NONE
    for (let level = index.best; level !== NONE; level = index.after(level)) {
      const inOrder = previous === NONE || index.descending === levels.price(level) < levels.price(previous)
      assert(inOrder, 'levels are in order of price')
      assert(index.find(levels.price(level)) === level, 'a level is found by its price')
      verifyLevel(shard, market, index, level, census)
      previous = level
    }
  }
}

function verifyLevel(shard: Shard, market: Market, index: PriceIndex, level: number, census: Census): void {
  const { levels } = shard.memory
  const { orders, images } = shard
  const onBook = index === market.book.bids || index === market.book.asks
  let previous = NONE
  let count = 0
  let total = 0n
  for (let slot = levels.head(level); slot !== NONE; slot = orders.next(slot)) {
    assert(orders.previous(slot) === previous && orders.level(slot) === level, 'orders of a level are linked both ways')
    assert(images.symbol(slot) === market.id, 'an order lies in the book of its symbol')
    assert(images.isWorking(slot) === onBook, 'working orders are on the book, others in the stop indexes')
    if (onBook) {
      assert(images.price(slot) === levels.price(level), 'an order lies at its price')
      assert((images.side(slot) === Side.BUY) === (index === market.book.bids), 'an order lies on its side')
    } else {
      assert(images.stopPrice(slot) === levels.price(level), 'a stop order lies at its stop price')
      const rising = isRising(images.side(slot), images.type(slot))
      assert(rising === (index === market.rising), 'a stop order lies in the index of its direction')
    }
    verifyOrder(shard, slot, census)
    previous = slot
    total += BigInt(orders.remaining(slot))
    count++
  }
  assert(count > 0 && count === levels.count(level), 'a level counts its orders')
  assert(levels.tail(level) === previous, 'the tail of a level is its last order')
  if (onBook) assert(total === BigInt(levels.quantity(level)), 'a level totals its orders')
}

/** An order in work is on no level, and has what it may still spend locked. */
function verifyWork(shard: Shard, market: Market, census: Census): void {
  const { work, waiting } = market
  verifyQueue(shard, waiting, census)
  const isBusy = market.unfinished !== WorkKind.NONE
  assert(shard.steps.busy.filter((busy) => busy === market).length === (isBusy ? 1 : 0), 'unfinished work has its turn')
  if (work.kind === WorkKind.CANCELS) {
    assert(shard.seats.orders(shard.seats.find(work.account, market.id)) > 0, 'cancels in work have an order to cancel')
  }
  if (work.kind !== WorkKind.ORDER) return
  const { orders, images } = shard
  const { slot } = work
  assert(orders.level(slot) === NONE && images.symbol(slot) === market.id, 'an order in work is on no level')
  const isQuote = images.quoteQuantity(slot) > 0
  assert(isQuote ? work.budget > 0 : orders.remaining(slot) > 0, 'an order in work still wants something')
  const held = new Amount()
  if (images.price(slot) !== 0)
    shard.lockOf(market, images.side(slot), images.price(slot), orders.remaining(slot), held)
  else if (images.side(slot) === Side.BUY) held.copy(work.allowance.held)
  else held.setProduct(isQuote ? work.allowance.quantity : orders.remaining(slot), market.baseScale, 1)
  add(census.locked, shard.paying(slot), held.toBigInt())
  countOrder(shard, slot, census)
}

function verifyQueue(shard: Shard, queue: WaitingQueue, census: Census): void {
  let count = 0
  for (let slot = queue.head; slot !== NONE; slot = shard.orders.next(slot), count++) {
    assert(shard.triggers.isWaiting(slot), 'an order in the waiting queue waits')
    verifyOrder(shard, slot, census)
  }
  assert(count === queue.count, 'a queue counts its orders')
}

function verifyOrder(shard: Shard, slot: number, census: Census): void {
  const { orders, images, markets } = shard
  const remaining = orders.remaining(slot)
  assert(remaining > 0, 'an open order has something remaining')
  const lock = new Amount()
  shard.lockOf(markets[images.symbol(slot)]!, images.side(slot), shard.lockPrice(slot), remaining, lock)
  add(census.locked, shard.paying(slot), lock.toBigInt())
  countOrder(shard, slot, census)
}

function countOrder(shard: Shard, slot: number, census: Census): void {
  const { orders, images, seats, clientIds, markets } = shard
  const remaining = orders.remaining(slot)
  const market = markets[images.symbol(slot)]!
  const seat = orders.owner(slot)
  const parts = images.executed(slot) + images.prevented(slot) + remaining
  assert(parts === images.quantity(slot), 'executed, prevented and remaining make up the quantity')
  assert(orders.find(orders.orderId(slot)) === slot, 'an order is found by its id')
  assert(images.orderId(slot) === orders.orderId(slot), 'image and order have one id')
  assert(seats.account(seat) === images.account(slot) && seats.symbol(seat) === market.id, 'an order has its own seat')
  census.orders++
  if (images.clientLength(slot) > 0) {
    census.withClientId++
    assert(clientIds.holds(slot), 'an order is found by its client id')
  }
  census.seatOrders.set(seat, (census.seatOrders.get(seat) ?? 0) + 1)
  if (isStop(images.type(slot)) && !images.isWorking(slot)) {
    census.seatStops.set(seat, (census.seatStops.get(seat) ?? 0) + 1)
  }
  if (images.side(slot) === Side.BUY) add(census.openBuy, seat, BigInt(remaining))
}

function add(sums: Map<number, bigint>, key: number, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount)
}

function verifyStores(shard: Shard, census: Census): void {
  const { orders, clientIds, memory, ledger } = shard
  assert(orders.entries === census.orders && orders.live === census.orders, 'every order in the store is open')
  assert(clientIds.entries === census.withClientId, 'the client id table holds the open orders only')
  assert(ledger.touchedCount === 0, 'no balance is under way')
  for (const store of [orders, memory.levels, memory.nodes]) {
    assert(store.freeCount() + store.live === store.highWater - 1, 'every slot is live or free')
  }
}

function verifySeats(shard: Shard, census: Census): void {
  const { seats, images } = shard
  for (let seat = 1; seat < seats.highWater; seat++) {
    let count = 0
    for (let slot = seats.head(seat); slot !== NONE; slot = images.links.next(slot)) count++
    assert(seats.find(seats.account(seat), seats.symbol(seat)) === seat, 'a seat is found')
    assert(count === seats.orders(seat) && count === (census.seatOrders.get(seat) ?? 0), 'a seat counts its orders')
    assert(seats.stops(seat) === (census.seatStops.get(seat) ?? 0), 'a seat counts its stop orders')
    assert(seats.openBuy(seat) === (census.openBuy.get(seat) ?? 0n), 'a seat sums what it may still buy')
  }
}

/** Conservation, nothing negative, and every locked unit held by an open order. */
function verifyMoney(shard: Shard, census: Census): void {
  const { ledger } = shard
  for (let slot = 1; slot < ledger.highWater; slot++) {
    assert(ledger.find(ledger.account(slot), ledger.asset(slot)) === slot, 'a balance is found')
    assert(ledger.free(slot) >= 0n && ledger.locked(slot) >= 0n, 'no balance is negative')
    assert(ledger.locked(slot) === (census.locked.get(slot) ?? 0n), 'open orders hold what is locked')
  }
  for (const { free, locked, fees, deposits, withdrawals } of viewTotals(shard)) {
    assert(fees >= 0n && free + locked + fees === deposits - withdrawals, 'money is conserved')
    assert(deposits - withdrawals <= AMOUNT_MAX, 'the total of an asset is within bounds')
  }
}
