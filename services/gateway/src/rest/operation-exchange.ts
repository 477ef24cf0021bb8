import { PublicErrors, publicError } from '@uptick/protocol'
import type { Call } from '../operations/call.ts'
import { jsonBody, type Operation } from '../operations/operation.ts'
import { shownError } from '../operations/shown-error.ts'
import { CROSS_ORIGIN } from './cross-origin.ts'
import { callOf } from './request-call.ts'
import type { RestRequest } from './rest-request.ts'
import type { RestOptions } from './rest.ts'

export const JSON_TYPE = 'application/json;charset=UTF-8'
/** Names and values alternate. */
const CROSS_ORIGIN_TURNS = Object.entries(CROSS_ORIGIN).flat()
const UNKNOWN = publicError(PublicErrors.UNKNOWN)
const NOT_ACCEPTABLE = publicError(PublicErrors.SBE_DEMANDED)

/** Writes the one answer to a request. `headers` alternates names and values. */
export type Respond = (status: number, headers: string[], body: string | readonly Buffer[]) => void

/** One request for an operation and its one answer, for whichever server reads the request and writes the answer. */
export class OperationExchange {
  /** µs. */
  readonly receivedAt: number
  readonly #options: RestOptions
  readonly #operation: Operation
  readonly #request: RestRequest
  readonly #respond: Respond
  readonly #began: number

  constructor(options: RestOptions, operation: Operation, request: RestRequest, respond: Respond) {
    this.#options = options
    this.#operation = operation
    this.#request = request
    this.#respond = respond
    this.receivedAt = options.dispatcher.services.clock.now()
    this.#began = options.measured === undefined ? 0 : performance.now()
  }

  /** Run the operation and answer; never throws. */
  run(): void {
    try {
      const result = this.#options.dispatcher.call(this.#operation, this.#call())
      if (result instanceof Promise) result.then(this.#succeed, this.#fail)
      else this.#succeed(result)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** A request that cannot be read is charged too. */
  #call(): Call {
    const { headers, ip, query, body } = this.#request
    try {
      const { accept } = headers
      if (accept !== undefined && accept.includes('application/sbe') && !/json|\*\/\*/.test(accept))
        throw NOT_ACCEPTABLE
      return callOf(this.#request, this.receivedAt)
    } catch (error) {
      this.#options.dispatcher.charge(ip, query.length + body.length)
      throw error
    }
  }

  readonly #succeed = (result: unknown): void => {
    let body: string | readonly Buffer[]
    try {
      body = jsonBody(result)
    } catch (error) {
      this.#fail(error)
      return
    }
    const headers = this.#headers()
    if (this.#operation.orders !== undefined) this.#addOrderCounts(headers)
    this.#write(200, headers, body)
  }

  readonly #fail = (error: unknown): void => {
    const shown = shownError(error) ?? UNKNOWN
    if (shown === UNKNOWN) this.#options.failed(this.#operation.name, error)
    const headers = this.#headers()
    if (shown.retryAfter !== undefined) headers.push('retry-after', String(shown.retryAfter))
    this.#write(shown.status, headers, JSON.stringify(shown))
  }

  /** Names and values alternate. */
  #headers(): string[] {
    const used = String(this.#options.dispatcher.services.limits.usedWeight(this.#request.ip))
    const headers = ['content-type', JSON_TYPE, 'x-mbx-used-weight', used, 'x-mbx-used-weight-1m', used]
    if (this.#request.headers.origin !== undefined) headers.push(...CROSS_ORIGIN_TURNS)
    return headers
  }

  #addOrderCounts(headers: string[]): void {
    const { keys, limits } = this.#options.dispatcher.services
    const apiKey = this.#request.headers['x-mbx-apikey']
    const account = typeof apiKey === 'string' ? keys.find(apiKey)?.account : undefined
    if (account === undefined) return
    const { tenSeconds, day } = limits.orderCounts(account)
    headers.push('x-mbx-order-count-10s', String(tenSeconds), 'x-mbx-order-count-1d', String(day))
  }

  #write(status: number, headers: string[], body: string | readonly Buffer[]): void {
    const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.reduce((sum, { length }) => sum + length, 0)
    headers.push('content-length', String(bytes))
    this.#respond(status, headers, body)
    const { measured } = this.#options
    measured?.(this.#operation.name, status, (performance.now() - this.#began) / 1000)
  }
}
