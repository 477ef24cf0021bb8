import { expect, test } from 'vitest'
import { type Command, CommandKind } from './command.ts'
import { OrderType, Side } from './enums.ts'
import { EventKind } from './event.ts'
import { Exchange } from './exchange.ts'
import { readOutcome } from './outcome-reader.ts'
import { PairTable } from './pair-table.ts'
import { Reject } from './reject.ts'
import { listing } from '../testing/listing.ts'
import { Random } from '../testing/random.ts'
import { commandOf, EPOCH } from '../testing/stream.ts'

// Far more of everything than the initial capacity of the stores. The property tests stay small; these do not.

const ACCOUNTS = 3000
const ORDERS = 40_000

class Crowd {
  exchange = new Exchange()
  readonly random = new Random(4)
  /** Open orders by client id: what the exchange must know. */
  readonly open = new Map<string, { account: number; side: Side; price: number; quantity: number }>()

  send(kind: CommandKind, fields: Partial<Command> = {}, name?: string): number {
    const { exchange } = this
    const command = commandOf(kind, fields)
    if (name !== undefined) (kind === CommandKind.PLACE ? command.clientId : command.targetClientId).set(name)
    exchange.output.clear()
    return exchange.execute(command, exchange.sequence + 1, EPOCH + exchange.sequence)
  }

  list(): void {
    this.send(CommandKind.ADD_ASSET, { text: '{"code":"BTC","decimals":0}' })
    this.send(CommandKind.ADD_ASSET, { text: '{"code":"USD","decimals":0}' })
    this.send(CommandKind.ADD_SYMBOL, { text: JSON.stringify(listing('BTCUSD', 'BTC', 'USD')) })
    for (let account = 1; account <= ACCOUNTS; account++) {
      this.send(CommandKind.ADD_ACCOUNT, { text: `account ${account}` })
      this.send(CommandKind.DEPOSIT, { account, asset: 0, amount: 10n ** 12n })
      this.send(CommandKind.DEPOSIT, { account, asset: 1, amount: 10n ** 15n })
    }
  }

  /** Rests: bids below and asks above the middle, at prices that are far apart. */
  place(number: number): void {
    const { random } = this
    const side = random.pick([Side.BUY, Side.SELL])
    const away = random.below(3000) * 7919
    const price = side === Side.BUY ? 30_000_000 - away : 30_000_001 + away
    const order = { account: random.between(1, ACCOUNTS), side, price, quantity: random.between(1, 99) }
    const name = `order-${number}`
    expect(this.send(CommandKind.PLACE, { ...order, type: OrderType.LIMIT_MAKER }, name)).toBe(Reject.NONE)
    this.open.set(name, order)
  }

  cancelSome(share: number): void {
    for (const [name, { account }] of this.open) {
      if (!this.random.chance(share)) continue
      expect(this.send(CommandKind.CANCEL, { account }, name)).toBe(Reject.NONE)
      expect(this.send(CommandKind.CANCEL, { account }, name)).toBe(Reject.UNKNOWN_ORDER)
      this.open.delete(name)
    }
  }

  /** The whole state against the map. */
  check(): void {
    const { exchange, open } = this
    exchange.verify()
    expect(exchange.counts().orders).toBe(open.size)
    const levels = { [Side.BUY]: new Map<number, number>(), [Side.SELL]: new Map<number, number>() }
    for (const { side, price, quantity } of open.values()) {
      levels[side].set(price, (levels[side].get(price) ?? 0) + quantity)
    }
    const { bids, asks } = exchange.depth(0, 0)
    expect(bids).toEqual([...levels[Side.BUY]].toSorted(([a], [b]) => b - a))
    expect(asks).toEqual([...levels[Side.SELL]].toSorted(([a], [b]) => a - b))
    for (const [name, { account, price, quantity }] of [...open].slice(0, 1000)) {
      expect(exchange.orderByClientId(account, 0, name)).toMatchObject({ clientId: name, price, quantity })
    }
  }
}

test('forty thousand orders of three thousand accounts: placed, cancelled, carried over in a snapshot', () => {
  const crowd = new Crowd()
  crowd.list()
  for (let number = 1; number <= ORDERS; number++) crowd.place(number)
  crowd.check()
  crowd.cancelSome(60)
  crowd.check()

  const before = crowd.exchange
  crowd.exchange = Exchange.restore(before.snapshot())
  expect(crowd.exchange.stateHash()).toBe(before.stateHash())
  crowd.check()
  for (let number = ORDERS + 1; number <= ORDERS * 2; number++) crowd.place(number)
  crowd.check()

  for (let account = 1; account <= ACCOUNTS; account++) crowd.send(CommandKind.CANCEL_ACCOUNT, { account })
  crowd.open.clear()
  crowd.check()
  expect(crowd.exchange.counts()).toMatchObject({ orders: 0, levels: 0 })
})

test('one order can take ten thousand levels, and its outcome has them all', () => {
  const crowd = new Crowd()
  crowd.list()
  crowd.send(CommandKind.ADD_SYMBOL, { text: JSON.stringify(listing('SECOND', 'BTC', 'USD')) })
  const prices = 10_000
  const order = { symbol: 1, side: Side.SELL, quantity: 1 }
  for (let price = 1; price <= prices; price++) {
    crowd.send(CommandKind.PLACE, { ...order, account: (price % 100) + 1, price })
  }
  crowd.send(CommandKind.PLACE, { ...order, account: 200, side: Side.BUY, price: prices, quantity: prices })
  const { events } = readOutcome(crowd.exchange.output.words, 0)
  const levels = events.filter((event) => event.kind === EventKind.LEVEL)
  expect(levels).toEqual(
    Array.from({ length: prices }, (_, i) => {
      const [price, updateId] = [i + 1, prices + i + 1]
      return { kind: EventKind.LEVEL, symbol: 1, side: Side.SELL, price, quantity: 0, updateId }
    }),
  )
  expect(events.filter((event) => event.kind === EventKind.TRADE)).toHaveLength(prices)
  expect(crowd.exchange.counts()).toMatchObject({ orders: 0, levels: 0 })
  expect(crowd.exchange.symbolState(1)).toMatchObject({ lastPrice: prices, lastTradeId: prices })
  crowd.exchange.verify()
})

test('a table of pairs finds what was entered, through collisions and growth', () => {
  const table = new PairTable()
  const entered = new Map<string, { first: number; second: number; slot: number }>()
  const random = new Random(9)
  for (let slot = 1; slot <= 20_000; slot++) {
    const [first, second] = [random.below(5000), random.below(50)]
    const key = `${first} ${second}`
    expect(table.find(first, second)).toBe(entered.get(key)?.slot ?? 0)
    if (entered.has(key)) continue
    table.enter(first, second, slot)
    entered.set(key, { first, second, slot })
  }
  for (const { first, second, slot } of entered.values()) expect(table.find(first, second)).toBe(slot)
})
