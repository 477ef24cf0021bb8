import { expect, test } from 'vitest'
import { heldBackProblem } from './held-back.ts'

const NOTHING = { oldestSeconds: 0, oldest: '', slotTransactions: 0, slot: '', rowBytes: 8192 }

test('a transaction is told about when it is older than a quarter of an hour, and who has it', () => {
  const dump = 'process 7 of backup, pg_dump, active'
  expect(heldBackProblem({ ...NOTHING, oldestSeconds: 900, oldest: dump })).toBeUndefined()
  expect(heldBackProblem({ ...NOTHING, oldestSeconds: 901, oldest: dump })).toMatch(
    /open for 15 minutes \(process 7 of/,
  )
})

test('a replication slot is told about when it is a million transactions behind', () => {
  expect(heldBackProblem({ ...NOTHING, slotTransactions: 1_000_000, slot: 'gone' })).toBeUndefined()
  expect(heldBackProblem({ ...NOTHING, slotTransactions: 1_000_001, slot: 'gone' })).toMatch(/slot gone is 1000001/)
})
