import { randomFillSync } from 'node:crypto'
import { PublicErrors, publicError } from '@uptick/protocol'
import { illegal, type Params } from '../params/params.ts'

const RANGE = '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'
const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/

/** A client order id as it was sent, `undefined` when absent; else -1100. */
export function clientOrderId(params: Params, name: string): string | undefined {
  const text = params.raw(name)
  if (text === undefined) return undefined
  if (text === '') {
    const isNew = name.toLowerCase().startsWith('new')
    throw publicError(isNew ? PublicErrors.EMPTY_NEW_CLIENT_ORDER_ID : PublicErrors.EMPTY_ORIGINAL_CLIENT_ORDER_ID)
  }
  if (!CLIENT_ORDER_ID.test(text)) throw illegal(name, RANGE)
  return text
}

const ID_BYTES = 16
const pool = Buffer.alloc(ID_BYTES * 256)
let used = pool.length

/** 22 characters, 128 random bits: for orders and cancels that were sent without one. */
export function generateClientOrderId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const id = pool.toString('base64url', used, used + ID_BYTES)
  used += ID_BYTES
  return id
}
