import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { SecretBox } from './secret-box.ts'

test('opens what it sealed, for the key it was sealed for', () => {
  const box = new SecretBox(randomBytes(32))
  const sealed = box.seal('the secret', 'key-1')
  expect(box.open(sealed, 'key-1')).toBe('the secret')
  expect(sealed.includes('the secret')).toBe(false)
  expect(box.seal('the secret', 'key-1').equals(sealed)).toBe(false)
})

test('refuses another row, another key, a changed byte, a key of the wrong size', () => {
  const box = new SecretBox(randomBytes(32))
  const sealed = box.seal('the secret', 'key-1')
  expect(() => box.open(sealed, 'key-2')).toThrow(/authenticate/)
  expect(() => new SecretBox(randomBytes(32)).open(sealed, 'key-1')).toThrow(/authenticate/)
  sealed[sealed.length - 1]! ^= 1
  expect(() => box.open(sealed, 'key-1')).toThrow(/authenticate/)
  expect(() => new SecretBox(randomBytes(31))).toThrow('31 bytes')
})
