/** A request as operations see it, independent of the parser. */
export interface RestRequest {
  /** Address of the caller. */
  readonly ip: string
  /** Raw, without the question mark. */
  readonly query: string
  readonly body: string
  /** By name in lower case. */
  readonly headers: RestHeaders
}

/** The headers that operations use. */
export interface RestHeaders {
  readonly accept?: string | undefined
  readonly origin?: string | undefined
  readonly 'x-mbx-apikey'?: string | string[] | undefined
  readonly 'x-mbx-time-unit'?: string | string[] | undefined
  readonly 'x-uptick-idempotent'?: string | string[] | undefined
}
