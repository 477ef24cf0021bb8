import { Authenticator } from '../auth/authenticator.ts'
import { checkTimeWindow } from '../auth/time-window.ts'
import type { ApiKey } from '../keys/api-key.ts'
import type { Security } from '../auth/security.ts'
import { readingWeight } from '../limits/reading-weight.ts'
import type { Services } from './services.ts'
import type { Call } from './call.ts'
import { missing } from '../params/params.ts'
import type { Operation, OperationContext } from './operation.ts'

/** Runs operations for every transport: charges the limits, checks key, time and signature, then runs. */
export class Dispatcher {
  readonly services: Services
  readonly authenticator: Authenticator

  constructor(services: Services) {
    this.services = services
    this.authenticator = new Authenticator(services.keys)
  }

  /** The operation's result (see `jsonText`) or a promise of it; throws or rejects with `PublicError`. */
  call(operation: Operation, call: Call): unknown {
    const { limits } = this.services
    const reading = readingWeight(call.length)
    const weight = operation.weight(call.params)
    const unlimited = this.#claimsUnlimited(operation, call)
    if (!unlimited) limits.request(call.ip, weight + reading)
    const { key, sendBefore } = this.#authenticateOrCharge(operation, call, unlimited ? weight + reading : 0)
    const context: OperationContext = {
      services: this.services,
      account: key?.account ?? 0,
      key,
      receivedAt: call.receivedAt,
      sendBefore,
      timeUnit: call.timeUnit,
      firstSent: call.firstSent,
    }
    const result = operation.run(context, call.params)
    if (operation.freeWhenSuccessful !== true || unlimited) return result
    return Promise.resolve(result).then((success) => {
      limits.refund(call.ip, weight)
      return success
    })
  }

  /** Charge a request that names no operation or cannot be read: reading it takes time too. Throws past the limit. */
  charge(ip: string, length: number): void {
    this.services.limits.request(ip, 1 + readingWeight(length))
  }

  /** The call names a key without limits; whether the caller owns the key is checked later. */
  #claimsUnlimited({ security }: Operation, call: Call): boolean {
    if (security === 'NONE' || security === 'USER_STREAM') return false
    if (call.apiKey === '') return call.session?.unlimited === true
    return this.services.keys.find(call.apiKey)?.unlimited === true
  }

  /** Authenticate; charge the call after all when the caller does not prove to own the key. */
  #authenticateOrCharge(
    operation: Operation,
    call: Call,
    weight: number,
  ): { key: ApiKey | undefined; sendBefore: number } {
    try {
      return this.authenticate(operation, call)
    } catch (error) {
      if (weight > 0) this.services.limits.request(call.ip, weight)
      throw error
    }
  }

  /** The caller's key, and until when the request is valid. Throws what the checks throw. */
  authenticate(operation: Pick<Operation, 'security'>, call: Call): { key: ApiKey | undefined; sendBefore: number } {
    const { security } = operation
    if (security === 'NONE') return { key: undefined, sendBefore: Number.POSITIVE_INFINITY }
    if (call.session !== undefined && call.apiKey === '' && call.signature === '') {
      this.authenticator.checkPermission(call.session, call.ip, security)
      return { key: call.session, sendBefore: checkTimeWindow(call.params, this.services.clock.now()) }
    }
    return this.#authenticateByKey(security, call)
  }

  /** The key that signed the call, whichever key its connection is logged on with. Throws as `authenticate`. */
  signer(call: Call): ApiKey {
    return this.#authenticateByKey('USER_DATA', call).key
  }

  #authenticateByKey(security: Exclude<Security, 'NONE'>, call: Call): { key: ApiKey; sendBefore: number } {
    const key = this.authenticator.key(call.apiKey, call.ip, security)
    if (security === 'USER_STREAM') return { key, sendBefore: Number.POSITIVE_INFINITY }
    if (call.signature === '') throw missing('signature')
    const sendBefore = checkTimeWindow(call.params, this.services.clock.now())
    this.authenticator.checkSignature(key, call.signed, call.signature)
    return { key, sendBefore }
  }
}
