import { CommandKind } from '@uptick/core'
import { openJournal } from '@uptick/journal'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock, systemTimers } from '@uptick/runtime'
import { JournalAudit } from '../testing/journal-audit.ts'
import { SessionClient } from '../testing/session-client.ts'
import { dialOperator } from './credentials.ts'
import { EngineProcess } from './engine-process.ts'
import { TestGateway } from './test-gateway.ts'

/*
 * Real processes and a real PostgreSQL under a steady load, so that every way of losing the leader is seen as its
 * clients see it. The times are printed; the assertion is that no member waits for the lease without need, since the
 * machine may be busy with something else.
 */
const SESSION = 4711
const HAND_OFFS = 5
const TAKE_OVER_MS_MAX = 3_000
const LEASE_MS = 1_500

let database: TestDatabase
let client: SessionClient
let load: NodeJS.Timeout
const urls: string[] = []
const engines: EngineProcess[] = []

beforeEach(async () => {
  database = await createDatabase()
})

afterEach(async () => {
  clearInterval(load)
  client.close()
  for (const engine of engines.splice(0)) await engine.kill()
  urls.length = 0
  await database.drop()
})

async function launch(): Promise<EngineProcess> {
  const engine = await EngineProcess.launch(database.url)
  engines.push(engine)
  urls.unshift(engine.url)
  return engine
}

/** A command every millisecond, whatever becomes of those before it. */
function startLoad(): void {
  client = new SessionClient({ session: SESSION, urls, dial: dialOperator, clock: systemClock, timers: systemTimers })
  let account = 0
  load = setInterval(() => client.submit({ kind: CommandKind.ADD_ACCOUNT, text: `account ${++account}` }), 1)
}

/** Resolves when `condition` holds, looked at after every frame that the client gets. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (condition()) resolve()
    }
    client.onChange(look)
    look()
  })
}

function untilMore(replies: number): Promise<void> {
  const target = client.replies.size + replies
  return until(() => client.replies.size >= target)
}

/** The longest time between two answers since `from`, ms. */
function longestGap(from: number): number {
  const times = [...client.replies.values()].map(({ at }) => at).filter((at) => at >= from)
  return Math.max(...times.map((at, index) => at - (times[index - 1] ?? from)))
}

/** Everything that was submitted is answered, and the journal agrees with all that was told. */
async function expectNothingLost(): Promise<void> {
  clearInterval(load)
  await until(() => client.unanswered === 0)
  expect(client.replies.size).toBe(client.submitted)
  const journal = openJournal(database.url, { shard: 0 })
  const audit = new JournalAudit()
  for await (const batch of journal.read(1)) audit.add(batch)
  await journal.close()
  expect(audit.violations).toEqual([])
  expect(audit.check(client, SESSION)).toEqual([])
}

test('on SIGTERM the shard is handed to a standby: nothing is lost, and the hold is short', async () => {
  let leader = await launch()
  let standby = await launch()
  startLoad()
  await untilMore(200)
  const holds: number[] = []
  for (let round = 0; round < HAND_OFFS; round++) {
    const from = performance.now()
    leader.child.kill('SIGTERM')
    await standby.leads()
    await untilMore(200)
    holds.push(longestGap(from))
    expect((await leader.exited)[0]).toBe(0)
    urls.splice(urls.indexOf(leader.url), 1)
    leader = standby
    standby = await launch()
    await untilMore(100)
  }
  process.stdout.write(`hold of ${HAND_OFFS} hand-offs: ${holds.map((ms) => ms.toFixed(0)).join(', ')} ms\n`)
  expect(holds.toSorted((a, b) => a - b)[Math.floor(HAND_OFFS / 2)]).toBeLessThan(LEASE_MS)
  expect(client.goodbyes.filter((reason) => reason === 'handed-off').length).toBe(HAND_OFFS)
  await expectNothingLost()
}, 120_000)

test('on an operator’s word the leader hands off and follows again', async () => {
  const first = await launch()
  const second = await launch()
  startLoad()
  await untilMore(100)
  const operator = await TestGateway.connect(first.url, 0, -1)
  const from = performance.now()
  expect((await operator.ask({ kind: 'handOff' })).body).toEqual({ successor: second.url })
  await second.leads()
  await untilMore(100)
  process.stdout.write(`hold of a hand-off by order: ${longestGap(from).toFixed(0)} ms\n`)
  const handed = await first.until(({ role }) => role === 'handing-off')
  await first.until((line) => line.role === 'standby' && first.lines.indexOf(line) > first.lines.indexOf(handed))
  await operator.hangUp()
  await expectNothingLost()
}, 60_000)

test('a leader that is killed is followed by its standby', async () => {
  const leader = await launch()
  const standby = await launch()
  startLoad()
  await untilMore(200)
  const from = performance.now()
  await leader.kill('SIGKILL')
  await standby.leads()
  await untilMore(100)
  const gap = longestGap(from)
  process.stdout.write(`without answers after SIGKILL: ${gap.toFixed(0)} ms\n`)
  expect(gap).toBeLessThan(TAKE_OVER_MS_MAX)
  await expectNothingLost()
}, 60_000)

test('a leader that is stopped past its lease answers nothing when it wakes up', async () => {
  const leader = await launch()
  const standby = await launch()
  startLoad()
  await untilMore(200)
  const reader = await TestGateway.connect(leader.url, SESSION + 1)
  const from = performance.now()
  leader.child.kill('SIGSTOP')
  await standby.leads()
  await untilMore(200)
  const gap = longestGap(from)
  process.stdout.write(`without answers after SIGSTOP, with a lease of ${LEASE_MS} ms: ${gap.toFixed(0)} ms\n`)
  expect(gap).toBeLessThan(LEASE_MS + TAKE_OVER_MS_MAX)
  // Asked of the sleeper: the state that it would answer from is that of the past.
  const answer = reader.ask({ kind: 'status' })
  leader.child.kill('SIGCONT')
  expect(await answer).toBeUndefined()
  expect(reader.goodbye?.reason).toMatchObject({ reason: 'fenced' })
  expect((await leader.exited)[0]).toBe(1)
  await expectNothingLost()
}, 60_000)
