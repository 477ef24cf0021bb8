import { createSecretKey } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ApiKey } from '../keys/api-key.ts'
import { Authenticator, REJECTED_KEY } from './authenticator.ts'

const first: ApiKey = {
  apiKey: 'a'.repeat(64),
  account: 1,
  type: 'HMAC',
  label: '',
  canTrade: true,
  canRead: true,
  unlimited: false,
  addresses: undefined,
  verifier: createSecretKey(Buffer.from('secret')),
}

/** An authenticator whose table holds what the test puts there. */
function setUp(): { rows: Map<string, ApiKey>; authenticator: Authenticator } {
  const rows = new Map([[first.apiKey, first]])
  return { rows, authenticator: new Authenticator({ isConfirmed: true, find: (apiKey) => rows.get(apiKey) }) }
}

test('a key whose row is read again stays logged on', () => {
  const { rows, authenticator } = setUp()
  const key = authenticator.key(first.apiKey, '127.0.0.1', 'TRADE')
  rows.set(first.apiKey, { ...first })
  expect(() => authenticator.checkPermission(key, '127.0.0.1', 'TRADE')).not.toThrow()
})

test('a key that lost a permission, or was revoked, loses it at once', () => {
  const { rows, authenticator } = setUp()
  const key = authenticator.key(first.apiKey, '127.0.0.1', 'TRADE')
  rows.set(first.apiKey, { ...first, canTrade: false })
  expect(() => authenticator.checkPermission(key, '127.0.0.1', 'TRADE')).toThrow(REJECTED_KEY)
  expect(() => authenticator.checkPermission(key, '127.0.0.1', 'USER_DATA')).not.toThrow()
  rows.delete(first.apiKey)
  expect(() => authenticator.checkPermission(key, '127.0.0.1', 'USER_DATA')).toThrow(REJECTED_KEY)
})
