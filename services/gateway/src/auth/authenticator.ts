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

/** Authenticates callers: finds their keys, checks their signatures and permissions. */
export class Authenticator {
  readonly #keys: Keys

  constructor(keys: Keys) {
    this.#keys = keys
  }

  /**
   * Find the key. Throws -2014 or -2015 unless it is in force and may be used from `ip` for this kind of operation, and
   * -1008 while it is unknown which keys are in force.
   */
  key(apiKey: string, ip: string, security: Security): ApiKey {
    if (!this.#keys.isConfirmed) throw SERVER_BUSY
    const key = this.#keys.find(apiKey)
    // A known key has the right form.
    if (key === undefined) throw API_KEY.test(apiKey) ? REJECTED_KEY : BAD_FORMAT
    this.checkPermission(key, ip, security)
    return key
  }

  /**
   * Throws -2015 unless the key is still in force and may do this from `ip`, and -1008 while that is unknown. Sessions
   * that logged on long ago are checked too.
   */
  checkPermission(key: ApiKey, ip: string, security: Security): void {
    if (!this.#keys.isConfirmed) throw SERVER_BUSY
    // A row may be read again unchanged. What counts is the key's present permissions.
    const current = this.#keys.find(key.apiKey)
    if (current === undefined) throw REJECTED_KEY
    const permitted = security === 'TRADE' ? current.canTrade : current.canRead
    if (!permitted) throw REJECTED_KEY
    if (current.addresses !== undefined && !current.addresses.has(ip)) throw REJECTED_KEY
  }

  /** Throws -1102 without a signature, and -1022 when it is not the key's signature of `payload`. */
  checkSignature(key: ApiKey, payload: string, signature: string): void {
    if (signature === '') throw missing('signature')
    if (!signatureIsValid(key, payload, signature)) throw BAD_SIGNATURE
  }
}
