import { createHmac, createSecretKey } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ApiKey } from '../keys/api-key.ts'
import type { Services } from './services.ts'
import type { Call } from './call.ts'
import { Dispatcher } from './dispatcher.ts'
import type { Operation } from './operation.ts'
import { Params } from '../params/params.ts'

const SECRET = 'secret'
const NOW = 1_700_000_000_000
const SIGNED = `timestamp=${NOW}`
const IP = '10.0.0.1'

const key = (unlimited: boolean): ApiKey => ({
  apiKey: unlimited ? 'unlimited'.repeat(8) : 'limited-'.repeat(8),
  account: 7,
  type: 'HMAC',
  label: '',
  canTrade: true,
  canRead: true,
  unlimited,
  addresses: undefined,
  verifier: createSecretKey(Buffer.from(SECRET)),
})
const keys = [key(true), key(false)]
const [free, limited] = keys as [ApiKey, ApiKey]

/** A dispatcher that records what it charges and gives back. */
function dispatching() {
  const weights: number[] = []
  const services = {
    clock: { now: () => NOW * 1000 },
    keys: { isConfirmed: true, find: (apiKey: string) => keys.find((each) => each.apiKey === apiKey) },
    limits: {
      request: (ip: string, weight: number) => void (expect(ip).toBe(IP), weights.push(weight)),
      refund: (ip: string, weight: number) => void (expect(ip).toBe(IP), weights.push(-weight)),
    },
  } as unknown as Services
  return { dispatcher: new Dispatcher(services), weights }
}

/** An operation of weight 4. */
function operation(changes: Partial<Operation> = {}): Operation {
  return { name: 'test', security: 'TRADE', weight: () => 4, run: ({ account }) => account, ...changes }
}

/** A short call, with the right signature of `by` unless told otherwise. */
function callOf(by: ApiKey | undefined, changes: Partial<Call> = {}): Call {
  return {
    params: Params.of({ timestamp: String(NOW) }),
    ip: IP,
    receivedAt: NOW * 1000,
    length: 0,
    timeUnit: 'MILLISECOND',
    apiKey: by?.apiKey ?? '',
    signed: SIGNED,
    signature: by === undefined ? '' : createHmac('sha256', SECRET).update(SIGNED).digest('hex'),
    firstSent: 0,
    ...changes,
  }
}

test('a request of a key with limits is charged before anything else, whatever its result', () => {
  const { dispatcher, weights } = dispatching()
  expect(dispatcher.call(operation(), callOf(limited))).toBe(7)
  expect(() => dispatcher.call(operation(), callOf(limited, { signature: '00' }))).toThrow('Signature')
  expect(weights).toEqual([4, 4])
})

test('a key without limits is charged nothing', () => {
  const { dispatcher, weights } = dispatching()
  expect(dispatcher.call(operation(), callOf(free))).toBe(7)
  expect(weights).toEqual([])
})

test.each([
  ['a wrong signature', 'Signature', { signature: '00' }],
  ['no signature', 'signature', { signature: '' }],
  ['a time that is over', 'Timestamp', { params: Params.of({ timestamp: String(NOW - 60_000) }) }],
])('who names a key without limits and brings %s is charged after all', (_what, message, changes) => {
  const { dispatcher, weights } = dispatching()
  expect(() => dispatcher.call(operation(), callOf(free, changes))).toThrow(message)
  expect(weights).toEqual([4])
})

test.each(['NONE', 'USER_STREAM'] as const)('an operation without a signature (%s) is always charged', (security) => {
  const { dispatcher, weights } = dispatching()
  dispatcher.call(operation({ security }), callOf(free, { signature: '' }))
  expect(weights).toEqual([4])
})

test('a session of a key without limits is charged nothing, one of another key is', () => {
  const { dispatcher, weights } = dispatching()
  for (const session of [free, limited]) dispatcher.call(operation(), callOf(undefined, { session }))
  expect(weights).toEqual([4])
})

test('an order that is placed costs no weight; one that the engine refuses does', async () => {
  const { dispatcher, weights } = dispatching()
  const order = (run: Operation['run']): Operation => operation({ freeWhenSuccessful: true, run })
  expect(
    await dispatcher.call(
      order(() => Promise.resolve('placed')),
      callOf(limited),
    ),
  ).toBe('placed')
  expect(weights.splice(0)).toEqual([4, -4])
  await expect(
    dispatcher.call(
      order(() => Promise.reject(new Error('-2010'))),
      callOf(limited),
    ),
  ).rejects.toThrow('-2010')
  expect(weights.splice(0)).toEqual([4])
  await dispatcher.call(
    order(() => Promise.resolve('placed')),
    callOf(free),
  )
  expect(weights).toEqual([])
})

test('another request costs its weight although it succeeds', async () => {
  const { dispatcher, weights } = dispatching()
  await dispatcher.call(operation({ run: () => Promise.resolve(1) }), callOf(limited))
  expect(weights).toEqual([4])
})

test('a request that cannot be read costs weight too', () => {
  const { dispatcher, weights } = dispatching()
  dispatcher.charge(IP, 0)
  expect(weights).toEqual([1])
})
