import { assert, expect, test } from 'vitest'
import { Amount } from './amount.ts'
import { Behaviour } from './behaviours.ts'
import { ClientId, type Command, CommandKind } from './command.ts'
import { OrderType, Side, TimeInForce } from './enums.ts'
import { EventKind, type Outcome } from './event.ts'
import { Exchange } from './exchange.ts'
import { Ledger } from './ledger.ts'
import { WorkKind } from './market-work.ts'
import { Reject, rejectName } from './reject.ts'
import { RETRY_WORDS_MAX } from './retry-memory.ts'
import { RetryShares } from './retry-shares.ts'
import { REPLIES_MAX, REPLY_WORDS_MAX } from './sessions.ts'
import { type Driver, listed } from '../testing/driver.ts'
import { listing } from '../testing/listing.ts'
import { commandOf, EPOCH } from '../testing/stream.ts'

// Bounds on words, inspections and lists: each can be reached, and past it the documented result follows.

const MAKERS = 1_000

const snapshotBytes = (driver: Driver): number => driver.exchange.snapshot().length

/** Rest MAKERS orders of account 2, then let account 1 take them all in one command: a large reply. */
function takeMany(driver: Driver, fields: Partial<Command>, name = ''): Outcome {
  const maker = {
    account: 2,
    side: Side.SELL,
    type: OrderType.LIMIT,
    timeInForce: TimeInForce.GTC,
    price: 1,
    quantity: 1,
  }
  const { exchange } = driver
  const resting = commandOf(CommandKind.PLACE, maker)
  for (let i = 0; i < MAKERS; i++) {
    exchange.output.clear()
    exchange.execute(resting, exchange.sequence + 1, driver.time)
  }
  const taker = commandOf(CommandKind.PLACE, { ...maker, account: 1, side: Side.BUY, quantity: MAKERS, ...fields })
  taker.clientId.set(name)
  return driver.execute(taker)
}

function traders(): Driver {
  const driver = listed()
  driver.send(CommandKind.ACTIVATE_BEHAVIOUR, { value: Behaviour.BOUNDED_STEPS })
  driver.send(CommandKind.ADD_ACCOUNT, { text: 'bob' })
  for (const account of [1, 2]) {
    for (const asset of [0, 1]) driver.send(CommandKind.DEPOSIT, { account, asset, amount: 10n ** 15n })
  }
  return driver
}

test('the replies of a session take no more words than stated, though they are few', { timeout: 60_000 }, () => {
  const driver = traders()
  driver.send(CommandKind.OPEN_SESSION, { session: 7 })
  const before = snapshotBytes(driver)
  const again = (number: number): Outcome => driver.send(CommandKind.PLACE, { session: 7, number })
  let number = 0
  let sequence = 0
  do {
    sequence = takeMany(driver, { session: 7, number: ++number }).sequence
    if (number > REPLIES_MAX) expect.fail('the bound of words is not reached')
  } while (again(1).reject !== Reject.REPLY_FORGOTTEN)
  const [session] = driver.exchange.sessions()
  assert(session)
  const { remembered } = session
  expect(remembered).toBeLessThan(number)
  expect(rejectName(again(number - remembered).reject)).toBe('REPLY_FORGOTTEN')
  expect(again(number - remembered + 1)).toMatchObject({ repeated: true, reject: Reject.NONE })
  const last = again(number)
  expect(last).toMatchObject({ repeated: true, originalSequence: sequence })
  expect(last.events.filter((event) => event.kind === EventKind.TRADE)).toHaveLength(MAKERS)
  const kept = (snapshotBytes(driver) - before) / 4
  // The bound holds to within the size of a reply.
  const reply = REPLY_WORDS_MAX / remembered
  expect(kept).toBeGreaterThan(REPLY_WORDS_MAX - 2 * reply)
  expect(kept).toBeLessThan(REPLY_WORDS_MAX + 2 * reply)
  const restored = Exchange.restore(driver.exchange.snapshot())
  expect(restored.stateHash()).toBe(driver.exchange.stateHash())
})

test.each([[], [Behaviour.RETRY_SHARES]])(
  'the replies to idempotent orders take no more words than stated (behaviour %s)',
  { timeout: 60_000 },
  (behaviour?: number) => {
    const driver = traders()
    if (behaviour) driver.send(CommandKind.ACTIVATE_BEHAVIOUR, { value: behaviour })
    const before = snapshotBytes(driver)
    const place = (id: number): Outcome => takeMany(driver, { firstSent: EPOCH + id }, `retry-${id}`)
    let id = 0
    let isFull = false
    while (!isFull && id < 200) {
      const { reject } = place(++id)
      isFull = reject === Reject.RETRY_MEMORY_FULL || driver.exchange.counts().retries < id
    }
    expect(isFull).toBe(true)
    expect((snapshotBytes(driver) - before) / 4).toBeGreaterThan(RETRY_WORDS_MAX * 0.9)
    expect((snapshotBytes(driver) - before) / 4).toBeLessThan(RETRY_WORDS_MAX * 1.1)
    const first = commandOf(CommandKind.PLACE, {
      account: 1,
      side: Side.BUY,
      type: OrderType.LIMIT,
      timeInForce: TimeInForce.GTC,
      price: 1,
      quantity: MAKERS,
      firstSent: EPOCH + 1,
    })
    first.clientId.set('retry-1')
    const { repeated, reject } = driver.execute(first)
    // With RETRY_SHARES the oldest reply made room for the newest, and its order is never executed twice; before, the
    // newest was refused.
    expect([repeated, rejectName(reject)]).toEqual(behaviour ? [false, 'RETRY_TOO_OLD'] : [true, 'NONE'])
  },
)

test('a command that has looked at 65,536 levels starts no further stop order', { timeout: 60_000 }, () => {
  const startedBeside = (levels: number): number => {
    const driver = traders()
    driver.send(CommandKind.ADD_ACCOUNT, { text: 'carol' })
    driver.send(CommandKind.DEPOSIT, { account: 3, asset: 1, amount: 10n ** 18n })
    const order = { timeInForce: TimeInForce.GTC, quantity: 1 }
    const limit = { ...order, type: OrderType.LIMIT }
    for (let i = 0; i < levels; i++) {
      driver.send(CommandKind.PLACE, { ...limit, account: 2, side: Side.SELL, price: 20 + i })
    }
    // FOK of more than the book has: it inspects all levels and matches none.
    const stop = { account: 3, side: Side.BUY, type: OrderType.STOP_LOSS_LIMIT, timeInForce: TimeInForce.FOK }
    for (let i = 0; i < 3; i++) {
      driver.send(CommandKind.PLACE, { ...stop, price: 1_000_000, stopPrice: 10, quantity: levels + 1 })
    }
    driver.send(CommandKind.PLACE, { ...limit, account: 2, side: Side.SELL, price: 10 })
    const { events } = driver.send(CommandKind.PLACE, { ...limit, account: 1, side: Side.BUY, price: 10 })
    const waits = events.some((event) => event.kind === EventKind.WORK && event.work === WorkKind.STOPS)
    const left = driver.exchange.counts().waitingStops
    expect(waits).toBe(left > 0)
    while (driver.exchange.hasWork()) driver.send(CommandKind.CONTINUE)
    expect(driver.exchange.counts().waitingStops).toBe(0)
    return 3 - left
  }
  expect(startedBeside(65_536)).toBe(1)
  expect(startedBeside(65_535)).toBe(2)
  expect(startedBeside(20_000)).toBe(3)
})

test('a list of accounts holds 200, and looks at 100,000', { timeout: 60_000 }, () => {
  const driver = listed()
  const account = commandOf(CommandKind.ADD_ACCOUNT, { text: 'many' })
  while (driver.exchange.counts().accounts < 100_002) driver.execute(account)
  driver.send(CommandKind.ADD_ACCOUNT, { text: 'last' })
  const { exchange } = driver
  expect(exchange.accounts(0, 'many')).toMatchObject({ accounts: { length: 200 }, next: 201 })
  expect(exchange.accounts(0, 'last')).toEqual({ accounts: [], next: 100_000 })
  expect(exchange.accounts(3, 'last')).toMatchObject({ accounts: [{ account: 100_003 }], next: undefined })
})

test('definitions at their bounds are accepted', () => {
  const driver = listed()
  expect(driver.define(CommandKind.ADD_ASSET, { code: 'DEEP', decimals: 18 })).toBe('NONE')
  const filters = { averagePriceMinutes: 60, bidMultiplierUp: 1_000_000_000 }
  const deep = listing('DEEPUSD', 'DEEP', 'BTC', { quantityDecimals: 4, filters })
  expect(driver.define(CommandKind.ADD_SYMBOL, deep)).toBe('NONE')
  expect(driver.define(CommandKind.ADD_SYMBOL, { ...deep, name: 'X'.repeat(40) })).toBe('NONE')
  expect(driver.reject(CommandKind.ADD_ACCOUNT, { text: 'x'.repeat(256) })).toBe('NONE')
  expect(driver.reject(CommandKind.ADD_ACCOUNT, { text: 'x'.repeat(257) })).toBe('INVALID_DEFINITION')
  const id = new ClientId()
  id.set('x'.repeat(36))
  expect(id.toString()).toHaveLength(36)
  expect(() => id.set('x'.repeat(37))).toThrow('36')
})

test('a balance never pays for more units than doubles hold exactly', () => {
  const ledger = new Ledger()
  const slot = ledger.open(1, 0, 0)
  const amount = new Amount()
  amount.setBig(2n ** 62n)
  ledger.credit(slot, amount)
  expect(ledger.units(slot, 1, 1)).toBe(Number.MAX_SAFE_INTEGER)
  expect(ledger.units(slot, 1024, 1)).toBe(2 ** 52)
})

test('records of shortened memories are dropped once they have no meaning, for any number of accounts', () => {
  const shares = new RetryShares()
  const accounts = 5_000
  // One a second; after ten minutes an order is refused for its age anyway.
  for (let account = 1; account <= accounts; account++) shares.forget(account, account, account - 600)
  expect(shares.forgotten(accounts - 600)).toHaveLength(601)
  const kept = Array.from({ length: accounts }, (_, i) => shares.forgottenThrough(i + 1)).filter((time) => time > 0)
  expect(kept.length).toBeLessThan(2_048)
})
