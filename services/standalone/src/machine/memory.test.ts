import { expect, test } from 'vitest'
import { endedHow, grantedMemory, memoryRemark } from './memory.ts'

test('a message about too little memory has both figures', () => {
  expect(memoryRemark(512 * 1024 * 1024)).toMatch(/grants 512 MiB .* needs 700/)
  expect(memoryRemark(700 * 1024 * 1024)).toBeUndefined()
  expect(grantedMemory()).toBeGreaterThan(0)
})

test('the message about a process that the system killed names the likely cause', () => {
  expect(endedHow('SIGKILL')).toContain('want of memory')
  expect(endedHow('code 1')).toBe('code 1')
})
