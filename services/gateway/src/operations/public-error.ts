/**
 * An error that a trader sees: Binance's code and text with an HTTP status. Thrown by parameter readers and operations,
 * written by the transports (`{"code","msg"}` over REST, inside `error` over the WebSocket API). It is an answer, not a
 * failure of the program, so it carries no stack.
 */
export class PublicError {
  readonly code: number
  readonly message: string
  /** HTTP status; also `status` of a WebSocket API response. */
  readonly status: number
  /** `data` of the body: cancelReplace carries how both halves ended. */
  readonly data: unknown
  /** Seconds for `Retry-After`, 0 for none. */
  readonly retryAfter: number

  constructor(code: number, message: string, status = 400, more: { data?: unknown; retryAfter?: number } = {}) {
    this.code = code
    this.message = message
    this.status = status
    this.data = more.data
    this.retryAfter = more.retryAfter ?? 0
  }

  /** The body as it goes over the wire. */
  get body(): { code: number; msg: string; data?: unknown } {
    const body = { code: this.code, msg: this.message }
    return this.data === undefined ? body : { ...body, data: this.data }
  }
}
