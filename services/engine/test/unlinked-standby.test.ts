import { CommandKind, Exchange, Reject, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { createDatabase, openTestPool } from '@uptick/journal/testing'
import { expect, test } from 'vitest'
import { startEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const SESSION = 77
const NEWEST = SUPPORTED_BEHAVIOURS.at(-1)!

test('a standby of an older release that has no link to the leader keeps a behaviour from being activated', async () => {
  const database = await createDatabase()
  const leader = await startEngine(database.url)
  // It proves itself with another secret, so no engine lets it join.
  const standby = await startEngine(
    database.url,
    { behaviours: SUPPORTED_BEHAVIOURS.slice(0, -1) },
    { INSTANCE: 'older', LINK_SECRET: 'a-secret-that-the-leader-does-not-know' },
  )
  const gateway = await TestGateway.connect(leader.url, SESSION)
  const lacking = async (): Promise<unknown[]> =>
    ((await gateway.ask({ kind: 'lacking', behaviour: NEWEST })).body as { lacking: unknown[] }).lacking
  let named = await lacking()
  while (named.length === 0) named = await lacking()
  expect(named).toEqual([{ holder: expect.stringMatching(/^older-/), url: standby.url, how: 'reads' }])
  gateway.openSession()
  gateway.send([{ kind: CommandKind.ACTIVATE_BEHAVIOUR, number: 1, value: NEWEST }])
  await gateway.until(() => gateway.replies.has(1))
  expect(gateway.replies.get(1)).toBe(Reject.BEHAVIOUR_UNKNOWN)
  // A new shard begins with what all of them know; the standby has executed that.
  const { behaviours } = leader.engine.leader!.exchange.catalogue()
  expect(behaviours).toEqual(SUPPORTED_BEHAVIOURS.slice(0, -1))

  await standby.stop()
  while ((await lacking()).length > 0);
  gateway.send([{ kind: CommandKind.ACTIVATE_BEHAVIOUR, number: 2, value: NEWEST }])
  await gateway.until(() => gateway.replies.has(2))
  expect(gateway.replies.get(2)).toBe(Reject.NONE)
  await gateway.hangUp()
  await leader.stop()
  await database.drop()
})

test('an unfit member takes itself off the roster', async () => {
  const database = await createDatabase()
  const leader = await startEngine(database.url)
  const gateway = await TestGateway.connect(leader.url, SESSION)
  gateway.openSession()
  await gateway.untilReplied(0)
  const behaviours = SUPPORTED_BEHAVIOURS.slice(0, -1)
  const openExchange = (): Exchange => new Exchange({ supportedBehaviours: behaviours })
  const unfit = await startEngine(database.url, { behaviours, openExchange }, { INSTANCE: 'older' })
  expect(unfit.engine.role).toBe('unfit')
  const pool = openTestPool(database.url)
  const listed = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ place: string }>('SELECT place FROM journal_member')
    return rows.map(({ place }) => place)
  }
  await expect.poll(listed, { timeout: 10_000 }).toEqual([leader.url])
  await gateway.hangUp()
  await unfit.stop()
  await leader.stop()
  await pool.end()
  await database.drop()
})
