import { createPublicKey, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { oneRow, type Queryable, type TimedQuery } from '@uptick/journal'
import { AddressError, AddressRanges, messageOf } from '@uptick/runtime'
import type { ApiKey, KeyType } from './api-key.ts'
import type { SecretBox } from './secret-box.ts'

/** What an operator may know about a key. */
export interface KeyRecord {
  readonly apiKey: string
  readonly account: number
  readonly type: KeyType
  readonly label: string
  readonly canTrade: boolean
  readonly canRead: boolean
  readonly unlimited: boolean
  readonly addresses: readonly string[]
  readonly status: 'ACTIVE' | 'REVOKED'
  readonly createdAt: string
  readonly revokedAt: string | null
}

export interface NewKey {
  readonly account: number
  readonly label: string
  readonly type: KeyType
  readonly canTrade: boolean
  readonly canRead: boolean
  readonly unlimited: boolean
  readonly addresses: readonly string[]
  /** ED25519 and RSA: PEM. */
  readonly publicKey?: string | undefined
  /** For keys that exist elsewhere already; generated when absent. */
  readonly apiKey?: string | undefined
  readonly secret?: string | undefined
}

/** The channel that notifies gateways of changes. Only a hint: they also poll. */
export const KEY_CHANNEL = 'uptick_api_key'

interface Row {
  api_key: string
  account: string
  key_type: KeyType
  label: string
  can_trade: boolean
  can_read: boolean
  unlimited: boolean
  addresses: string[]
  status: 'ACTIVE' | 'REVOKED'
  created_at: Date
  revoked_at: Date | null
  secret: Buffer | null
  public_key: string | null
}

const COLUMNS = `api_key, account, key_type, label, can_trade, can_read, unlimited, addresses, status, created_at,
  revoked_at, secret, public_key`

/** The horizon before which nothing was written, and how long it may take to read all keys. */
export const EVERYTHING = '0'
const EVERYTHING_MS_MAX = 15_000

/** A change of the table: the key, or that it is not in force any more. */
export interface KeyChange {
  readonly apiKey: string
  readonly key: ApiKey | undefined
  /** The row is in force, and this gateway cannot open its secret or read its public key. */
  readonly unreadable?: boolean
  /** What is wrong with a row that is in force. */
  readonly complaint?: string | undefined
}

/** The SQL of API keys. */
export class KeyTable {
  readonly #db: Queryable
  readonly #lists: Queryable
  readonly #box: SecretBox

  /** `lists` is for queries that may take long, so that they do not delay those of `db` about the keys in force. */
  constructor(db: Queryable, lists: Queryable, box: SecretBox) {
    this.#db = db
    this.#lists = lists
    this.#box = box
  }

  /**
   * Keys written by transactions that were not visible at `horizon` (a transaction id, `EVERYTHING` for all), and the
   * horizon for the next call. It compares transaction ids with the oldest running one, so it misses no late commit. A
   * sequence number or a time would.
   */
  async changedSince(horizon: string): Promise<{ horizon: string; changes: KeyChange[] }> {
    const changed: TimedQuery = {
      name: 'api-key-changes',
      text: `SELECT s.horizon::text AS horizon, ${COLUMNS}
        FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) s
        LEFT JOIN api_key ON written_by >= $1::xid8`,
      values: [horizon],
      ...(horizon === EVERYTHING && { query_timeout: EVERYTHING_MS_MAX }),
    }
    const answer = await this.#db.query<Row & { horizon: string }>(changed)
    const changes = answer.rows.filter((row) => row.api_key !== null).map((row) => this.#change(row))
    return { horizon: oneRow(answer).horizon, changes }
  }

  /** Returns the record and, for a generated HMAC key, the secret: it is shown this once. */
  async create(input: NewKey): Promise<{ record: KeyRecord; secret: string | null }> {
    const apiKey = input.apiKey ?? randomText()
    const secret = input.type === 'HMAC' ? (input.secret ?? randomText()) : null
    const addresses = checkedAddresses(input.addresses)
    const publicKey = input.type === 'HMAC' ? null : checkedPublicKey(input.type, input.publicKey)
    const { rows } = await this.#db.query<Row>({
      text: `INSERT INTO api_key (api_key, account, key_type, label, can_trade, can_read, unlimited, addresses, secret, public_key)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (api_key) DO NOTHING RETURNING ${COLUMNS}`,
      values: [
        apiKey,
        input.account,
        input.type,
        input.label,
        input.canTrade,
        input.canRead,
        input.unlimited,
        addresses,
        secret === null ? null : this.#box.seal(secret, apiKey),
        publicKey,
      ],
    })
    const [row] = rows
    if (row === undefined) throw new KeyError('EXISTS', `the API key ${apiKey} exists already`)
    return { record: record(row), secret }
  }

  async list(account?: number): Promise<KeyRecord[]> {
    const { rows } = await this.#lists.query<Row>({
      text: `SELECT ${COLUMNS} FROM api_key WHERE $1::bigint IS NULL OR account = $1 ORDER BY created_at, api_key`,
      values: [account ?? null],
    })
    return rows.map(record)
  }

  /** `undefined` when there is no such key; revoking again changes nothing. */
  async revoke(apiKey: string): Promise<KeyRecord | undefined> {
    const { rows } = await this.#db.query<Row>({
      text: `UPDATE api_key SET status = 'REVOKED', revoked_at = coalesce(revoked_at, now()), secret = NULL,
         written_by = pg_current_xact_id()
       WHERE api_key = $1 RETURNING ${COLUMNS}`,
      values: [apiKey],
    })
    return rows[0] && record(rows[0])
  }

  #change(row: Row): KeyChange {
    if (row.status !== 'ACTIVE') return { apiKey: row.api_key, key: undefined }
    const verifier = this.#verifier(row)
    if (verifier === undefined) return { apiKey: row.api_key, key: undefined, unreadable: true }
    const { ranges, unreadable } = AddressRanges.readable(row.addresses)
    const key: ApiKey = {
      apiKey: row.api_key,
      account: Number(row.account),
      type: row.key_type,
      label: row.label,
      canTrade: row.can_trade,
      canRead: row.can_read,
      unlimited: row.unlimited,
      addresses: row.addresses.length === 0 ? undefined : ranges,
      verifier,
    }
    return { apiKey: row.api_key, key, complaint: complaintOf(row.api_key, unreadable) }
  }

  /** Undefined for a row that was encrypted with another key or changed by hand: the others must load all the same. */
  #verifier(row: Row): KeyObject | undefined {
    try {
      if (row.key_type !== 'HMAC') return row.public_key === null ? undefined : createPublicKey(row.public_key)
      return row.secret === null ? undefined : createSecretKey(Buffer.from(this.#box.open(row.secret, row.api_key)))
    } catch {
      return undefined
    }
  }
}

/** A text that is no address admits no client. Ignoring it would open a key that has no other address. */
function complaintOf(apiKey: string, unreadable: readonly string[]): string | undefined {
  if (unreadable.length === 0) return undefined
  const texts = unreadable.map((text) => JSON.stringify(text)).join(', ')
  return `the API key ${apiKey} is bound to ${texts}, which is no address: it admits no client from there`
}

/** A request about keys that cannot be done. */
export class KeyError extends Error {
  readonly reason: 'EXISTS' | 'PUBLIC_KEY' | 'ADDRESSES'
  constructor(reason: KeyError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

function record(row: Row): KeyRecord {
  return {
    apiKey: row.api_key,
    account: Number(row.account),
    type: row.key_type,
    label: row.label,
    canTrade: row.can_trade,
    canRead: row.can_read,
    unlimited: row.unlimited,
    addresses: row.addresses,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}

/** 64 letters and digits: as long and of the same alphabet as Binance's keys and secrets, 340 bits. */
export function randomText(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  let text = ''
  while (text.length < 64) {
    // Bytes past the last whole multiple of the alphabet would favour its first letters.
    for (const byte of randomBytes(64)) if (byte < 248 && text.length < 64) text += alphabet[byte % 62]
  }
  return text
}

/** In canonical form, so that every release reads the same. */
function checkedAddresses(texts: readonly string[]): readonly string[] {
  try {
    return AddressRanges.parse(texts).texts
  } catch (error) {
    if (error instanceof AddressError) throw new KeyError('ADDRESSES', error.message)
    throw error
  }
}

const RSA_BITS_MIN = 2048

function checkedPublicKey(type: 'ED25519' | 'RSA', pem: string | undefined): string {
  if (pem === undefined) throw new KeyError('PUBLIC_KEY', `a key of type ${type} needs publicKey (PEM)`)
  if (pem.includes('PRIVATE KEY'))
    throw new KeyError('PUBLIC_KEY', 'this is a private key: keep it, send the public one')
  let key
  try {
    key = createPublicKey(pem)
  } catch (error) {
    throw new KeyError('PUBLIC_KEY', `publicKey is not a public key in PEM: ${messageOf(error)}`)
  }
  if (key.asymmetricKeyType !== type.toLowerCase()) {
    throw new KeyError('PUBLIC_KEY', `publicKey is of type ${key.asymmetricKeyType}, not ${type}`)
  }
  if (type === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < RSA_BITS_MIN) {
    throw new KeyError('PUBLIC_KEY', `an RSA key needs at least ${RSA_BITS_MIN} bits`)
  }
  return key.export({ type: 'spki', format: 'pem' })
}
