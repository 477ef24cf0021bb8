import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ApiKey, KeyType } from '../keys/api-key.ts'
import { signatureIsValid, withoutSignature } from './signature.ts'

function keyOf(type: KeyType, verifier: KeyObject): ApiKey {
  const label = ''
  return {
    apiKey: 'k',
    account: 1,
    type,
    label,
    canTrade: true,
    canRead: true,
    unlimited: false,
    addresses: undefined,
    verifier,
  }
}

const secret = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
const hmac = keyOf('HMAC', createSecretKey(Buffer.from(secret)))

describe('HMAC-SHA256', () => {
  const payload =
    'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559'
  const signature = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'

  test('the documented REST vector, in any case', () => {
    expect(signatureIsValid(hmac, payload, signature)).toBe(true)
    expect(signatureIsValid(hmac, payload, signature.toUpperCase())).toBe(true)
  })

  test('the documented WebSocket API vector', () => {
    const signed =
      'apiKey=vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A' +
      '&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL&symbol=BTCUSDT&timeInForce=GTC' +
      '&timestamp=1645423376532&type=LIMIT'
    const expected = 'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24'
    expect(signatureIsValid(hmac, signed, expected)).toBe(true)
  })

  test.each(['', 'c8db', `${signature}0`, signature.replace('c', 'd'), 'ü'.repeat(64), `${signature.slice(0, 62)}zz`])(
    'is refused: %s',
    (wrong) => {
      expect(signatureIsValid(hmac, payload, wrong)).toBe(false)
    },
  )

  test('a payload that is not ASCII is signed as UTF-8', () => {
    const text = 'symbol=币安人生USDT'
    const valid = createHmac('sha256', secret).update(Buffer.from(text, 'utf8')).digest('hex')
    expect(signatureIsValid(hmac, text, valid)).toBe(true)
  })
})

describe('asymmetric keys', () => {
  test('Ed25519 in base64, case-sensitive', () => {
    const pair = generateKeyPairSync('ed25519')
    const key = keyOf('ED25519', pair.publicKey)
    const signature = sign(null, Buffer.from('a=1&b=2'), pair.privateKey).toString('base64')
    expect(signatureIsValid(key, 'a=1&b=2', signature)).toBe(true)
    expect(signatureIsValid(key, 'a=1&b=3', signature)).toBe(false)
    expect(signatureIsValid(key, 'a=1&b=2', signature.toLowerCase())).toBe(false)
    expect(signatureIsValid(key, 'a=1&b=2', 'not base64!')).toBe(false)
    expect(signatureIsValid(key, 'a=1&b=2', 'A'.repeat(5000))).toBe(false)
  })

  test('RSASSA-PKCS1-v1_5 with SHA-256', () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' })
    const key = keyOf('RSA', createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })))
    const signature = sign('sha256', Buffer.from('timestamp=1'), createPrivateKey(pem)).toString('base64')
    expect(signatureIsValid(key, 'timestamp=1', signature)).toBe(true)
    expect(signatureIsValid(key, 'timestamp=2', signature)).toBe(false)
  })
})

test.each([
  ['a=1&signature=x', 'a=1', 'x'],
  ['signature=x&a=1', 'a=1', 'x'],
  ['a=1&signature=x&b=2', 'a=1&b=2', 'x'],
  ['signature=x', '', 'x'],
  ['a=1', 'a=1', undefined],
  ['', '', undefined],
  ['mysignature=1', 'mysignature=1', undefined],
  ['signature=x&mysignature=1', 'mysignature=1', 'x'],
  ['a=%2B+b&signature=a%2Fb%3D', 'a=%2B+b', 'a%2Fb%3D'],
])('%s without its signature is %s', (raw, rest, signature) => {
  expect(withoutSignature(raw)).toEqual({ rest, signature })
})
