import { afterAll, beforeEach, expect, test } from 'vitest'
import { PostgresRoster } from '../src/index.ts'
import type { RosterEntry } from '../src/roster.ts'
import { createDatabase } from '../testing/database.ts'
import { openTestPool } from '../testing/test-pool.ts'

const database = await createDatabase()
const pool = openTestPool(database.url)
let shard = 0
let roster: PostgresRoster

const first: RosterEntry = { place: 'ws://first', holder: 'first-1', behaviours: [1, 2] }
const second: RosterEntry = { place: 'ws://second', holder: 'second-1', behaviours: [1] }

beforeEach(() => {
  roster = new PostgresRoster(pool, ++shard)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('a member that signs reads the other members of the shard, their behaviours, and each new sign', async () => {
  expect(await roster.sign(first)).toEqual([])
  expect(await roster.sign(second)).toEqual([{ ...first, signs: expect.any(Number) }])
  const [before] = await roster.sign(first)
  expect(before).toMatchObject(second)
  await roster.sign(second)
  const [after] = await roster.sign(first)
  expect(after!.signs).toBeGreaterThan(before!.signs)
  expect(await new PostgresRoster(pool, shard + 1_000).sign(first)).toEqual([])
})

test('a place has the member that signed there last, with its behaviours', async () => {
  await roster.sign(first)
  await roster.sign(second)
  const older = { ...first, holder: 'first-2', behaviours: [1] }
  await roster.sign(older)
  expect(await roster.sign(second)).toMatchObject([older])
  // The previous member, which ends late, does not take it off.
  await roster.signOff(first)
  expect(await roster.sign(second)).toMatchObject([older])
  await roster.signOff(older)
  expect(await roster.sign(second)).toEqual([])
})

test('a silent member is taken off, unless it has signed meanwhile', async () => {
  await roster.sign(first)
  const [silent] = await roster.sign(second)
  await roster.sign(first)
  await roster.strike(silent!)
  const [still] = await roster.sign(second)
  expect(still).toMatchObject(first)
  await roster.strike(still!)
  expect(await roster.sign(second)).toEqual([])
})
