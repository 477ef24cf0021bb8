import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandKind, Exchange, Reject } from '@uptick/core'
import { openJournal } from '@uptick/journal'
import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '@uptick/journal/testing'
import { OPENING, startEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const database = await createDatabase()

afterAll(() => database.drop())

/** A state machine with a bug: it breaks when it meets an account of this name. */
class Buggy extends Exchange {
  override execute(...parameters: Parameters<Exchange['execute']>): ReturnType<Exchange['execute']> {
    if (parameters[0].text === 'poison') throw new Error('planted: an impossible state')
    return super.execute(...parameters)
  }
}

/** After the session and the first account. */
const POISON = OPENING + 3

const account = (number: number, text = `account ${number}`) => ({ kind: CommandKind.ADD_ACCOUNT, number, text })

test('a poisoned command is contained, found again by every replay, and skipped when an operator decides so', async () => {
  const openExchange = (): Exchange => new Buggy()
  const first = await startEngine(database.url, { openExchange })
  const gateway = await TestGateway.connect(first.url, 1)
  gateway.openSession()
  gateway.send([account(1)])
  await gateway.untilReplied(1)
  gateway.send([account(2, 'poison'), account(3)])
  await gateway.until(() => gateway.closed !== undefined)
  expect(gateway.goodbye?.reason).toEqual({ reason: 'contained' })
  expect(gateway.replies.has(2)).toBe(false)
  expect(first.lifecycle.condition('contained')).toMatchObject({ met: false })
  const facts: unknown = JSON.parse(readFileSync(join(first.evidenceFolder, `poison-0-${POISON}.json`), 'utf8'))
  expect(facts).toMatchObject({
    sequence: POISON,
    batch: [POISON, POISON + 1],
    command: { kind: CommandKind.ADD_ACCOUNT, number: 2 },
  })
  expect(readFileSync(join(first.evidenceFolder, `poison-0-${POISON}.batch`)).byteLength).toBeGreaterThan(100)
  await first.stop()

  const second = await startEngine(database.url, { openExchange })
  expect(second.engine.role).toBe('contained')
  const turnedAway = await TestGateway.connect(second.url, 1)
  expect(turnedAway.goodbye?.reason).toEqual({ reason: 'contained' })
  const journal = openJournal(database.url, { shard: 0 })
  await journal.skip(POISON, 'breaks the engine', 'test')
  await journal.close()
  await second.stop()

  const third = await startEngine(database.url, { openExchange })
  expect(third.engine.role).toBe('leading')
  const again = await TestGateway.connect(third.url, 1, POISON)
  again.send([account(4)])
  await again.untilReplied(4)
  expect([...again.replies]).toEqual([
    [2, Reject.UNKNOWN_COMMAND],
    [3, 0],
    [4, 0],
  ])
  await again.hangUp()
  await third.stop()
})
