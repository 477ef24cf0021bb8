import { SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { openTestPool } from '@uptick/journal/testing'
import { afterEach, expect, test } from 'vitest'
import { RunningExchange } from './running-exchange.ts'

const [behaviour = 0] = SUPPORTED_BEHAVIOURS.slice(-1)
const PATIENCE = { timeout: 30_000 }

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const run of undo.splice(0).toReversed()) await run()
})

/** A member of an older release, as the roster has it. */
class OlderMember {
  readonly #pool: ReturnType<typeof openTestPool>

  constructor(databaseUrl: string) {
    this.#pool = openTestPool(databaseUrl)
    undo.push(() => this.#pool.end())
  }

  /** It is there from now on, until it leaves: signs that stand still count for half a minute. */
  async join(): Promise<void> {
    await this.#pool.query({
      text: 'INSERT INTO journal_member (shard, place, holder, behaviours) VALUES (0, $1, $1, $2)',
      values: ['older', SUPPORTED_BEHAVIOURS.filter((each) => each !== behaviour)],
    })
  }

  async leave(): Promise<void> {
    await this.#pool.query("DELETE FROM journal_member WHERE place = 'older'")
  }
}

/** An exchange whose newest behaviour waits to be activated, because a member lacked it when it was new. */
async function begin() {
  const made: OlderMember[] = []
  const exchange = await RunningExchange.start({}, 2, async (url) => {
    const member = new OlderMember(url)
    made.push(member)
    await member.join()
  })
  undo.unshift(() => exchange.stop())
  const [older] = made
  if (older === undefined) throw new Error('nothing was prepared')
  const status = async (of = exchange.gateway): Promise<unknown> => exchange.operate('GET', '/status', undefined, of)
  const schedule = (inMs: number, of = exchange.gateway) =>
    exchange.tryOperate(
      'POST',
      '/behaviours',
      { behaviour, at: new Date(Date.now() + inMs).toISOString() },
      undefined,
      of,
    )
  return { exchange, older, schedule, status }
}

test('a schedule is refused while a member lacks the behaviour, is shown, and can be taken back', async () => {
  const { exchange, older, schedule, status } = await begin()
  const refused = await schedule(3_600_000)
  expect([refused.status, refused.body.error]).toMatchObject([409, { code: 'BEHAVIOUR_UNKNOWN' }])
  expect(refused.body.error.message).toContain('older')
  expect(await status()).not.toHaveProperty('scheduled')
  await older.leave()
  await expect.poll(async () => (await schedule(3_600_000)).status, PATIENCE).toBe(202)
  expect(await status()).toMatchObject({ scheduled: [{ behaviour, state: 'WAITING' }] })
  expect((await schedule(-1_000)).status).toBe(400)
  const cancel = () => exchange.tryOperate('DELETE', `/behaviours/${behaviour}/schedule`)
  expect([(await cancel()).status, (await cancel()).status]).toEqual([200, 404])
  expect(await status()).not.toHaveProperty('scheduled')
})

test('it is carried out by another gateway and another leader, and refused when a member has come that lacks it', async () => {
  const { exchange, older, schedule, status } = await begin()
  await older.leave()
  await expect.poll(async () => (await schedule(4_000)).status, PATIENCE).toBe(202)
  await older.join()
  const refused = { state: 'REFUSED', outcome: expect.stringContaining('older') }
  await expect.poll(() => status(), PATIENCE).toMatchObject({ scheduled: [refused] })
  await older.leave()
  await expect.poll(async () => (await schedule(4_000)).status, PATIENCE).toBe(202)
  const first = exchange.gateway
  const second = await exchange.startGateway()
  await first.stop()
  await exchange.operate('POST', '/handoff', undefined, second)
  await expect.poll(() => status(second), PATIENCE).toMatchObject({ scheduled: [{ state: 'ACTIVATED' }] })
  const behaviours = exchange.operate('GET', '/behaviours', undefined, second)
  await expect(behaviours).resolves.toMatchObject({ active: expect.arrayContaining([behaviour]) })
  expect((await schedule(60_000, second)).body.error).toMatchObject({ code: 'BEHAVIOUR_ACTIVE' })
})
