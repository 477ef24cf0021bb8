import { expect, test } from 'vitest'
import { leavesCommitInDoubt, type Notice } from './commit-doubt.ts'

// As PostgreSQL 18 sends them: src/backend/replication/syncrep.c and src/backend/access/transam/varsup.c.
const cancelled: Notice = { code: '01000', file: 'syncrep.c', routine: 'SyncRepWaitForLSN' }
const ended: Notice = { code: '57P01', file: 'syncrep.c', routine: 'SyncRepWaitForLSN' }
const wraparound: Notice = { code: '01000', file: 'varsup.c', routine: 'GetNewTransactionId' }

test('a wait for the standby that was cut short leaves the commit in doubt, in any language', () => {
  expect(leavesCommitInDoubt(cancelled)).toBe(true)
  expect(leavesCommitInDoubt(ended)).toBe(true)
  expect(leavesCommitInDoubt({ ...cancelled, message: 'storniere Warten auf synchrone Replikation' })).toBe(true)
})

test('a warning about something else does not, whatever its text', () => {
  expect(leavesCommitInDoubt(wraparound)).toBe(false)
  const raised = { code: '01000', file: 'pl_exec.c', routine: 'exec_stmt_raise', message: 'synchronous replication' }
  expect(leavesCommitInDoubt(raised)).toBe(false)
})

test('a remark is no doubt; a session that is being ended is one, and so is a warning without its place', () => {
  expect(leavesCommitInDoubt({ code: '00000', file: 'utility.c', routine: 'ExecDropStmt' })).toBe(false)
  expect(leavesCommitInDoubt({ code: '00000' })).toBe(false)
  expect(leavesCommitInDoubt({ code: '57P01', file: 'postgres.c', routine: 'ProcessInterrupts' })).toBe(true)
  expect(leavesCommitInDoubt({ code: '01000' })).toBe(true)
  expect(leavesCommitInDoubt({})).toBe(true)
})
