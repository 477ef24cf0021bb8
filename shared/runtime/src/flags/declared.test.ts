import { expect, test } from 'vitest'
import { FLAG_NAMES, FLAGS } from './declared.ts'

test.each(FLAG_NAMES)('%s says what it is for, who owns it, and until when it is there', (name) => {
  const { ends, owner, purpose } = FLAGS[name]
  expect(purpose.length).toBeGreaterThan(20)
  expect(owner).toMatch(/^[a-z-]+$/)
  expect(new Date(ends).toISOString().slice(0, 10)).toBe(ends)
  expect(ends > new Date().toISOString().slice(0, 10), `the day ${ends} has come: remove the flag, or extend it`).toBe(
    true,
  )
})
