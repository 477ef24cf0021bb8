import type { FastifyReply, FastifyRequest } from 'fastify'
import { PublicErrors, publicError } from '@uptick/protocol'
import { jsonText } from '../operations/operation.ts'
import type { Operation } from '../operations/operation.ts'
import { shownError } from '../operations/shown-error.ts'
import type { RestOptions } from './rest.ts'

export const JSON_TYPE = 'application/json;charset=UTF-8'
const UNKNOWN = publicError(PublicErrors.UNKNOWN)

/**
 * One request for an operation and its one answer. Written to Node's response directly, headers as a flat list and the
 * body as one string, so that both leave in one write: there is no hook that wants to see them on the way.
 */
export class OperationExchange {
  /** µs. */
  readonly receivedAt: number
  readonly #options: RestOptions
  readonly #operation: Operation
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #began: number

  constructor(options: RestOptions, operation: Operation, request: FastifyRequest, reply: FastifyReply) {
    this.#options = options
    this.#operation = operation
    this.#request = request
    this.#reply = reply
    this.receivedAt = options.dispatcher.services.clock.now()
    this.#began = options.measured === undefined ? 0 : performance.now()
  }

  readonly succeed = (result: unknown): void => {
    let text: string
    try {
      text = jsonText(result)
    } catch (error) {
      this.fail(error)
      return
    }
    const headers = this.#headers()
    if (this.#operation.orders !== undefined) this.#addOrderCounts(headers)
    this.#write(200, headers, text)
  }

  readonly fail = (error: unknown): void => {
    const shown = shownError(error) ?? UNKNOWN
    if (shown === UNKNOWN) this.#options.failed(this.#operation.name, error)
    const headers = this.#headers()
    if (shown.retryAfter !== undefined) headers.push('retry-after', String(shown.retryAfter))
    this.#write(shown.status, headers, JSON.stringify(shown))
  }

  /** Names and values by turns. */
  #headers(): string[] {
    const used = String(this.#options.dispatcher.services.limits.usedWeight(this.#request.ip))
    const headers = ['content-type', JSON_TYPE, 'x-mbx-used-weight', used, 'x-mbx-used-weight-1m', used]
    if (this.#request.headers.origin !== undefined) headers.push('access-control-allow-origin', '*')
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

  #write(status: number, headers: string[], text: string): void {
    headers.push('content-length', String(Buffer.byteLength(text)))
    this.#reply.hijack()
    this.#reply.raw.writeHead(status, headers)
    this.#reply.raw.end(text)
    const { measured } = this.#options
    measured?.(this.#operation.name, status, (performance.now() - this.#began) / 1000)
  }
}
