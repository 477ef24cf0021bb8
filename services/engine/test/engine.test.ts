import { CommandKind, Reject } from '@uptick/core'
import { encodeHello } from '@uptick/protocol'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import { OPENING, startEngine, type RunningEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const SESSION = 1234
let database: TestDatabase
let running: RunningEngine
const databases: TestDatabase[] = []
const gateways: TestGateway[] = []

beforeEach(async () => {
  database = await createDatabase()
  databases.push(database)
  running = await startEngine(database.url)
})

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.hangUp()
  await running.stop()
})

afterAll(async () => {
  for (const made of databases) await made.drop()
})

async function connect(feedFrom = 1, session = SESSION): Promise<TestGateway> {
  const gateway = await TestGateway.connect(running.url, session, feedFrom)
  gateways.push(gateway)
  return gateway
}

async function restart(): Promise<void> {
  await running.stop()
  running = await startEngine(database.url)
}

const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

function accounts(
  first: number,
  last: number,
): { kind: typeof CommandKind.ADD_ACCOUNT; number: number; text: string }[] {
  return Array.from({ length: last - first + 1 }, (_, i) => account(first + i))
}

function sequences(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

describe('commands and queries over a link', () => {
  test('become outcomes, and answers show them', async () => {
    expect(running.lifecycle.readiness().conditions.every(({ met }) => met)).toBe(true)
    const gateway = await connect()
    gateway.openSession()
    gateway.send([
      { kind: CommandKind.ADD_ASSET, number: 1, text: '{"code":"BTC","decimals":8}' },
      account(2),
      { kind: CommandKind.DEPOSIT, number: 3, account: 1, asset: 0, amount: 5_000_000_000n, text: 'first' },
      { kind: CommandKind.DEPOSIT, number: 4, account: 99, asset: 0, amount: 1n },
    ])
    await gateway.untilReplied(4)
    expect([...gateway.replies.values()]).toEqual([0, 0, 0, 0, Reject.UNKNOWN_ACCOUNT])
    expect(gateway.fed).toEqual(sequences(1, OPENING + 5))
    const answer = await gateway.ask({ kind: 'account', account: 1 })
    expect(answer).toMatchObject({
      sequence: OPENING + 5,
      body: { account: 1, balances: [{ asset: 0, free: '5000000000', locked: '0' }] },
    })
    expect((await gateway.ask({ kind: 'totals' })).body).toMatchObject([{ asset: 0, deposits: '5000000000' }])
    expect((await gateway.ask({ kind: 'status' })).body).toMatchObject({
      role: 'leader',
      epoch: 1,
      sequence: OPENING + 5,
    })
    expect((await gateway.ask({ kind: 'catalogue' })).body).toMatchObject({ assets: [{ code: 'BTC' }] })
    expect((await gateway.ask({ kind: 'nonsense' })).body).toMatchObject({ error: 'unknown query "nonsense"' })
    expect(await running.metrics.metrics()).toContain(`engine_durable_sequence{service="engine"} ${OPENING + 5}\n`)
  })

  test('a number that was executed is answered again, not executed again, also by the next engine', async () => {
    const first = await connect()
    first.openSession()
    first.send(accounts(1, 3))
    await first.untilReplied(3)
    await first.hangUp()
    const second = await connect(OPENING + 5)
    second.openSession()
    second.send([account(3), account(4)])
    await second.untilReplied(4)
    expect([...second.replies]).toEqual([
      [0, 0],
      [3, 0],
      [4, 0],
    ])
    await restart()
    const third = await connect(1, SESSION)
    third.send([account(4), account(5)])
    await third.untilReplied(5)
    expect((await third.ask({ kind: 'account', account: 5 })).body).toMatchObject({ label: 'account 5' })
    expect((await third.ask({ kind: 'account', account: 6 })).body).toBeNull()
  })

  test('a restart recovers the same state', async () => {
    const gateway = await connect()
    gateway.openSession()
    for (let first = 1; first <= 2_000; first += 100) gateway.send(accounts(first, first + 99))
    await gateway.untilReplied(2_000)
    const { exchange } = running.engine.leader!
    const before = [exchange.stateHash(), exchange.runningHash(), exchange.sequence]
    await restart()
    const { exchange: recovered } = running.engine.leader!
    expect([recovered.stateHash(), recovered.runningHash(), recovered.sequence]).toEqual(before)
    expect(running.engine.leader!.epoch).toBe(2)
  })
})

describe('the feed', () => {
  test('a link that resumes gets exactly the missing suffix, also from an engine that was just started', async () => {
    const gateway = await connect()
    gateway.openSession()
    for (let first = 1; first <= 1_000; first += 50) gateway.send(accounts(first, first + 49))
    await gateway.untilReplied(1_000)
    expect(gateway.fed).toEqual(sequences(1, OPENING + 1_001))
    const resumed = await connect(OPENING + 777, 1)
    await resumed.until(() => resumed.fed.length === 225)
    expect(resumed.fed).toEqual(sequences(OPENING + 777, OPENING + 1_001))
    await restart()
    const later = await connect(OPENING + 990, SESSION)
    expect(later.welcome).toMatchObject({ epoch: 2, durable: OPENING + 1_001, oldest: 1 })
    later.send([account(1_001)])
    await later.untilReplied(1_001)
    expect(later.fed).toEqual(sequences(OPENING + 990, OPENING + 1_002))
  })

  test('a gateway that has seen more than the journal holds is turned away', async () => {
    const gateway = await connect(50)
    expect(gateway.goodbye?.reason).toEqual({ reason: 'ahead-of-journal' })
  })
})

describe('frames that are none', () => {
  test.each([
    ['bytes', Buffer.from('nonsense'), 1002],
    ['a cut header', Buffer.from([1, 1, 0, 0]), 1007],
    [
      'a frame whose length differs',
      Buffer.concat([encodeHello({ instance: 'x', session: 1, feedFrom: 1 }), Buffer.alloc(8)]),
      1007,
    ],
    ['nothing', Buffer.alloc(0), 1007],
  ])('%s: closed with a reason', async (_what, bytes, code) => {
    const gateway = await TestGateway.open(running.url)
    gateways.push(gateway)
    gateway.socket.send(bytes)
    await gateway.until(() => gateway.closed !== undefined)
    expect(gateway.closed?.code).toBe(code)
    expect(gateway.closed?.reason.length).toBeGreaterThan(5)
  })

  test('commands before HELLO, a second HELLO, and text are refused; other links continue', async () => {
    const bystander = await connect()
    const early = await TestGateway.open(running.url, SESSION)
    early.send([account(1)])
    await early.until(() => early.closed !== undefined)
    expect(early.closed).toEqual({ code: 1002, reason: 'HELLO comes first' })
    const twice = await connect(1, 5)
    twice.socket.send(encodeHello({ instance: 'test', session: 5, feedFrom: 1 }))
    await twice.until(() => twice.closed !== undefined)
    expect(twice.closed?.code).toBe(1002)
    const text = await connect(1, 6)
    text.socket.send('hello')
    await text.until(() => text.closed !== undefined)
    expect(text.closed?.code).toBe(1003)
    bystander.openSession()
    await bystander.untilReplied(0)
  })
})
