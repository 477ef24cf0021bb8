import type { KeyObject } from 'node:crypto'
import type { AddressRanges } from '@uptick/runtime'

export type KeyType = 'HMAC' | 'ED25519' | 'RSA'

/** An API key as the gateway holds it in memory, ready to check signatures. */
export interface ApiKey {
  /** The public text that a request carries. */
  readonly apiKey: string
  readonly account: number
  readonly type: KeyType
  readonly label: string
  readonly canTrade: boolean
  readonly canRead: boolean
  /** No limits apply to it: for the operator's own tools. */
  readonly unlimited: boolean
  /** The addresses that may use it; undefined for all. */
  readonly addresses: AddressRanges | undefined
  /** HMAC: the secret; else the public key. */
  readonly verifier: KeyObject
}
