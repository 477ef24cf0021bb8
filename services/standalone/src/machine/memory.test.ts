import { expect, test } from 'vitest'
import { endedHow, grantedMemory, memoryRemark } from './memory.ts'

test('too little memory is said with both figures', () => {
  expect(memoryRemark(512 * 1024 * 1024)).toMatch(/grants 512 MiB .* needs 700/)
  expect(memoryRemark(700 * 1024 * 1024)).toBeUndefined()
  expect(grantedMemory()).toBeGreaterThan(0)
})

test('a process that the system killed says what that may mean', () => {
  expect(endedHow('SIGKILL')).toContain('want of memory')
  expect(endedHow('code 1')).toBe('code 1')
})
