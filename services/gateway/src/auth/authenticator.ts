import type { ApiKey } from '../keys/api-key.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { Security } from './security.ts'
import { PublicErrors, publicError } from '@uptick/protocol'
import { SERVER_BUSY } from '../engine-link/link-errors.ts'
import { missing } from '../params/params.ts'
import { signatureIsValid } from './signature.ts'

const BAD_FORMAT = publicError(PublicErrors.BAD_API_KEY_FORMAT)
export const REJECTED_KEY = publicError(PublicErrors.REJECTED_API_KEY)
const BAD_SIGNATURE = publicError(PublicErrors.INVALID_SIGNATURE)

const API_KEY = /^[A-Za-z0-9_-]{8,128}$/

type Keys = Pick<KeyStore, 'find' | 'isConfirmed'>

/** Who is calling: finds keys and checks what they signed and may do. */
export class Authenticator {
  readonly #keys: Keys

  constructor(keys: Keys) {
    this.#keys = keys
  }

  /**
   * The key, if it is in force, may be used from `ip` and for this kind of operation; else -2014 or -2015. -1008 while
   * it is unknown which keys are in force.
   */
  key(apiKey: string, ip: string, security: Security): ApiKey {
    if (!this.#keys.isConfirmed) throw SERVER_BUSY
    const key = this.#keys.find(apiKey)
    // A key that is known is of the right form.
    if (key === undefined) throw API_KEY.test(apiKey) ? REJECTED_KEY : BAD_FORMAT
    this.checkPermission(key, ip, security)
    return key
  }

  /**
   * -2015 unless the key is still in force and may do this from here: also asked of keys that logged on long ago. -1008
   * while that is unknown.
   */
  checkPermission(key: ApiKey, ip: string, security: Security): void {
    if (!this.#keys.isConfirmed) throw SERVER_BUSY
    // A row may be read again without having changed, so what counts is what the key may do now.
    const current = this.#keys.find(key.apiKey)
    if (current === undefined) throw REJECTED_KEY
    const permitted = security === 'TRADE' ? current.canTrade : current.canRead
    if (!permitted) throw REJECTED_KEY
    if (current.addresses !== undefined && !current.addresses.has(ip)) throw REJECTED_KEY
  }

  /** -1102 without a signature, -1022 when it is not the key's over `payload`. */
  checkSignature(key: ApiKey, payload: string, signature: string): void {
    if (signature === '') throw missing('signature')
    if (!signatureIsValid(key, payload, signature)) throw BAD_SIGNATURE
  }
}
