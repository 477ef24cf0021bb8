import {
  Command,
  CommandKind,
  EventKind,
  Exchange,
  ImageAt,
  OrderStatus,
  OrderType,
  Output,
  readOutcome,
  Side,
  SUPPORTED_BEHAVIOURS,
} from '@uptick/core'
import { EXECUTION_WORDS, ExecutionAt, FIXED_IMAGE_WORDS, listing, STATUS_SHIFT } from '@uptick/core/testing'
import { describe, expect, test } from 'vitest'
import { ClosedOrders } from './closed-orders.ts'

interface Placed {
  readonly id: number
  readonly status: number
  readonly client?: string
  readonly account?: number
}

/** Room for the longest client order id. */
const ID_WORDS = 10
const SYMBOL = 3

/** One outcome at `sequence` with an execution for each order. */
function outcome(sequence: number, orders: readonly Placed[], repeated = false): Output {
  const output = new Output()
  output.begin(CommandKind.PLACE, 1, sequence, 0, 0, 0)
  for (const { id, status, client = '', account = 1 } of orders) {
    const at = output.event(EventKind.EXECUTION, EXECUTION_WORDS + ID_WORDS) + ExecutionAt.IMAGE
    const { words, doubles } = output
    words.fill(0, at - ExecutionAt.IMAGE + 1, at - ExecutionAt.IMAGE + EXECUTION_WORDS + ID_WORDS)
    doubles[(at + ImageAt.ORDER) >> 1] = id
    words[at + ImageAt.ACCOUNT] = account
    words[at + ImageAt.SYMBOL] = SYMBOL
    words[at + ImageAt.PACKED] = (status << STATUS_SHIFT) | (client.length << 24)
    Buffer.from(words.buffer).write(client, (at + FIXED_IMAGE_WORDS) * 4, 'latin1')
  }
  output.end(0)
  if (repeated) output.words[output.start + 1]! |= 1 << 8
  return output
}

function collect(closed: ClosedOrders, ...parameters: Parameters<typeof outcome>): void {
  const { words, length } = outcome(...parameters)
  closed.collect(words, length)
}

function filled(first: number, last: number): Placed[] {
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    id: first + i,
    status: OrderStatus.FILLED,
    client: `c${first + i}`,
  }))
}

describe('ClosedOrders', () => {
  test('finds orders that closed, by either id, for their account only', () => {
    const closed = new ClosedOrders()
    collect(closed, 1, [
      { id: 10, status: OrderStatus.NEW, client: 'a' },
      { id: 11, status: OrderStatus.FILLED, client: 'b' },
      { id: 12, status: OrderStatus.PARTIALLY_FILLED, client: 'c' },
      { id: 13, status: OrderStatus.CANCELED, client: 'd', account: 2 },
    ])
    expect(closed.count).toBe(2)
    expect(closed.byId(1, 11)).toMatchObject({ orderId: 11, clientId: 'b', status: OrderStatus.FILLED })
    expect(closed.byId(1, 10)).toBeUndefined()
    expect(closed.byId(1, 13)).toBeUndefined()
    expect(closed.byClientId(2, SYMBOL, 'd')).toMatchObject({ orderId: 13 })
    expect(closed.byClientId(1, SYMBOL, 'd')).toBeUndefined()
    expect(closed.byClientId(2, SYMBOL + 1, 'd')).toBeUndefined()
  })

  test('a client order id that was used again names the later order', () => {
    const closed = new ClosedOrders()
    collect(closed, 1, [{ id: 1, status: OrderStatus.CANCELED, client: 'x' }])
    collect(closed, 2, [{ id: 2, status: OrderStatus.FILLED, client: 'x' }])
    expect(closed.byClientId(1, SYMBOL, 'x')?.orderId).toBe(2)
    expect(closed.byId(1, 1)?.orderId).toBe(1)
  })

  test.each([
    ['older fills', []],
    ['compact fills', SUPPORTED_BEHAVIOURS],
  ])('the image is that of the last execution: %s', (_fills, behaviours) => {
    const exchange = new Exchange()
    const closed = new ClosedOrders()
    const execute = (fields: Partial<Command>): void => {
      exchange.output.clear()
      exchange.execute(Object.assign(new Command(), fields), exchange.sequence + 1, 1_000)
      closed.collect(exchange.output.words, exchange.output.length)
    }
    for (const value of behaviours) execute({ kind: CommandKind.ACTIVATE_BEHAVIOUR, value })
    for (const code of ['BTC', 'USD']) execute({ kind: CommandKind.ADD_ASSET, text: `{"code":"${code}","decimals":0}` })
    execute({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify(listing('BTCUSD', 'BTC', 'USD')) })
    for (const account of [1, 2]) {
      execute({ kind: CommandKind.ADD_ACCOUNT, text: `account ${account}` })
      for (const asset of [0, 1]) execute({ kind: CommandKind.DEPOSIT, account, asset, amount: 1_000n })
    }
    const order = { kind: CommandKind.PLACE, type: OrderType.LIMIT, quantity: 2 }
    execute({ ...order, account: 1, side: Side.SELL, price: 7, strategyType: 1_000_000 })
    execute({ ...order, account: 2, side: Side.BUY, price: 9 })
    const fills = readOutcome(exchange.output.words, 0).events.filter((event) => event.kind === EventKind.EXECUTION)
    const images = fills.map((event) => event.order).filter(({ status }) => status === OrderStatus.FILLED)
    expect(images.map(({ account, price }) => [account, price])).toEqual([
      [1, 7],
      [2, 9],
    ])
    for (const image of images) expect(closed.byId(image.account, image.orderId)).toEqual(image)
    expect(closed.count).toBe(2)
  })

  test('a repeated reply is history: it closes nothing again', () => {
    const closed = new ClosedOrders()
    collect(closed, 5, [{ id: 1, status: OrderStatus.FILLED }], true)
    expect(closed.count).toBe(0)
  })

  test('orders that the recorder has passed are dropped, later ones stay', () => {
    const closed = new ClosedOrders()
    for (let i = 0; i < 10_000; i += 100) collect(closed, i + 100, filled(i + 1, i + 100))
    closed.recordedThrough(9_000)
    expect(closed.byId(1, 1)).toBeUndefined()
    expect(closed.byClientId(1, SYMBOL, 'c1')).toBeUndefined()
    for (const id of [9_001, 10_000]) expect(closed.byId(1, id)?.orderId).toBe(id)
    expect(closed.byClientId(1, SYMBOL, 'c9999')?.orderId).toBe(9_999)
    collect(closed, 8_999, [{ id: 20_000, status: OrderStatus.FILLED }])
    expect(closed.byId(1, 20_000)).toBeUndefined()
  })

  test('past the bound, the oldest go', () => {
    const closed = new ClosedOrders(10_000)
    for (let i = 0; i < 30_000; i += 100) collect(closed, i + 100, filled(i + 1, i + 100))
    expect(closed.count).toBeLessThanOrEqual(10_000)
    expect(closed.byId(1, 30_000)?.orderId).toBe(30_000)
    expect(closed.byId(1, 15_000)).toBeUndefined()
  })
})

describe('ClosedOrders at its bound', () => {
  const bound = 10 * 4096

  test('forgets orders of the account that fills it, and none of another', () => {
    const closed = new ClosedOrders(bound)
    collect(closed, 1, [{ id: 1, status: OrderStatus.CANCELED, client: 'mine', account: 2 }])
    let sequence = 1
    let id = 1
    // Three times the bound, and now and then an order of another account.
    while (id < 3 * bound) {
      const orders = Array.from({ length: 50 }, () => ({ id: ++id, status: OrderStatus.CANCELED }))
      collect(closed, ++sequence, orders)
      if (sequence % 100 === 0) collect(closed, ++sequence, [{ id: ++id, status: OrderStatus.FILLED, account: 3 }])
    }
    expect(closed.count).toBeLessThanOrEqual(bound)
    expect(closed.byId(2, 1)).toBeDefined()
    expect(closed.byClientId(2, SYMBOL, 'mine')?.orderId).toBe(1)
    expect(closed.byId(1, 2)).toBeUndefined()
    expect(closed.byId(1, id - 200)).toBeDefined()
    let kept = 0
    for (let other = 1; other <= id; other++) if (closed.byId(3, other)) kept++
    expect(kept).toBe(Math.floor(sequence / 100))
    closed.recordedThrough(sequence)
    expect(closed.count).toBe(0)
  })

  test('forgets the oldest where no account holds more than its share', () => {
    const closed = new ClosedOrders(bound)
    let last = 0
    for (let id = 1; id <= 2 * bound; id += 50) {
      const orders = Array.from({ length: 50 }, (_, i) => ({ id: id + i, status: OrderStatus.FILLED, account: i }))
      collect(closed, id, orders)
      last = id + 49
    }
    expect(closed.count).toBeLessThanOrEqual(bound)
    expect(closed.byId(0, 1)).toBeUndefined()
    expect(closed.byId(49, last)).toBeDefined()
  })
})
