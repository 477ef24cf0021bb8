import { expect, test } from 'vitest'
import { heldBackProblem } from './held-back.ts'

const NOTHING = { oldestSeconds: 0, oldest: '', slotTransactions: 0, slot: '', rowBytes: 8192 }

test('a transaction older than a quarter of an hour is reported with its owner', () => {
  const dump = 'process 7 of backup, pg_dump, active'
  expect(heldBackProblem({ ...NOTHING, oldestSeconds: 900, oldest: dump })).toBeUndefined()
  expect(heldBackProblem({ ...NOTHING, oldestSeconds: 901, oldest: dump })).toMatch(
    /open for 15 minutes \(process 7 of/,
  )
})

test('a replication slot that is a million transactions behind is reported', () => {
  expect(heldBackProblem({ ...NOTHING, slotTransactions: 1_000_000, slot: 'gone' })).toBeUndefined()
  expect(heldBackProblem({ ...NOTHING, slotTransactions: 1_000_001, slot: 'gone' })).toMatch(/slot gone is 1000001/)
})
