import { createHmac, createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HmacSha256 } from './hmac-sha256.ts'

test('RFC 4231, test case 2', () => {
  const hmac = new HmacSha256(createSecretKey(Buffer.from('Jefe')))
  expect(hmac.hex('what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('equals the one of node:crypto for keys and texts of any length', () => {
  const secrets = fc.uint8Array({ minLength: 1, maxLength: 200 })
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 1300, maxLength: 5000 }))
  fc.assert(
    fc.property(secrets, fc.array(texts, { minLength: 1, maxLength: 3 }), (secret, several) => {
      const hmac = new HmacSha256(createSecretKey(secret))
      for (const text of several) {
        expect(hmac.hex(text)).toBe(createHmac('sha256', secret).update(text, 'utf8').digest('hex'))
      }
    }),
  )
})
