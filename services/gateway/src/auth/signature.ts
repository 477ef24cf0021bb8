import { type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import type { ApiKey } from '../keys/api-key.ts'
import { HmacSha256 } from './hmac-sha256.ts'

const HMAC_HEX_LENGTH = 64
const HEX = /^[0-9a-fA-F]{64}$/
/** An RSA-4096 signature has 684 base64 characters. */
const SIGNATURE_LENGTH_MAX = 1024
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

const expected = Buffer.alloc(HMAC_HEX_LENGTH)
const given = Buffer.alloc(HMAC_HEX_LENGTH)

/**
 * Does `signature` sign `payload` for this key? HMAC-SHA256: hex in any case. Ed25519 and RSASSA-PKCS1-v1_5 with
 * SHA-256: base64. Never throws.
 */
export function signatureIsValid(key: ApiKey, payload: string, signature: string): boolean {
  if (key.type === 'HMAC') return hmacIsValid(key, payload, signature)
  if (signature.length > SIGNATURE_LENGTH_MAX || !BASE64.test(signature)) return false
  const algorithm = key.type === 'ED25519' ? null : 'sha256'
  return verify(algorithm, Buffer.from(payload, 'utf8'), key.verifier, Buffer.from(signature, 'base64'))
}

function hmacIsValid(key: ApiKey, payload: string, signature: string): boolean {
  if (signature.length !== HMAC_HEX_LENGTH || !HEX.test(signature)) return false
  expected.write(hmacOf(key.verifier).hex(payload), 'latin1')
  given.write(signature.toLowerCase(), 'latin1')
  return timingSafeEqual(expected, given)
}

const hmacs = new WeakMap<KeyObject, HmacSha256>()

function hmacOf(secret: KeyObject): HmacSha256 {
  let hmac = hmacs.get(secret)
  if (hmac === undefined) {
    hmac = new HmacSha256(secret)
    hmacs.set(secret, hmac)
  }
  return hmac
}

/**
 * A raw query or form body without its `signature` parameter, wherever it stands, and that parameter as it was sent.
 * Nothing else changes: what remains is, byte for byte, what the trader signed.
 */
export function withoutSignature(raw: string): { rest: string; signature: string | undefined } {
  let at = raw.lastIndexOf('signature=')
  while (at > 0 && raw.charCodeAt(at - 1) !== AMPERSAND) at = raw.lastIndexOf('signature=', at - 1)
  if (at < 0) return { rest: raw, signature: undefined }
  const end = raw.indexOf('&', at)
  const signature = raw.slice(at + 'signature='.length, end < 0 ? undefined : end)
  if (end < 0) return { rest: raw.slice(0, Math.max(0, at - 1)), signature }
  return { rest: raw.slice(0, at) + raw.slice(end + 1), signature }
}

const AMPERSAND = 38
