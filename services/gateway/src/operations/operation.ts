import type { TimeUnit } from '@uptick/protocol'
import type { Services } from './services.ts'
import type { Security } from '../auth/security.ts'
import type { ApiKey } from '../keys/api-key.ts'
import type { Params } from '../params/params.ts'

/**
 * One public operation, the same over REST and the WebSocket API. A transport finds it in the registry, parses the
 * parameters into `Params`, and hands both to `Dispatcher.call`, which charges, checks and runs it.
 */
export interface Operation {
  /** Unique; for metrics and logs, e.g. `order.place`. */
  readonly name: string
  readonly rest?: { readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly path: string }
  /** Method of the WebSocket API. */
  readonly ws?: string
  readonly security: Security
  /** Request weight of these parameters (they are not validated yet: never throws). */
  weight(params: Params): number
  /** A success costs no weight: placing and cancelling orders. */
  readonly freeWhenSuccessful?: boolean
  /** How many orders it counts for the ORDERS limits. The operation charges them just before it asks the engine. */
  readonly orders?: number
  /**
   * Returns, or resolves to, the response as a plain JSON value, or a `Json` that is text already. Throws `PublicError`.
   */
  run(context: OperationContext, params: Params): unknown
}

/** The caller of one operation and everything that the operation may use. */
export interface OperationContext {
  readonly services: Services
  /** The authenticated account; 0 for operations without security. */
  readonly account: number
  readonly key: ApiKey | undefined
  /** When the request was received, µs. */
  readonly receivedAt: number
  /** Do not send to the engine after this time (µs): `timestamp` + `recvWindow`. `Infinity` without a signature. */
  readonly sendBefore: number
  readonly timeUnit: TimeUnit
  /** The header `X-Uptick-Idempotent`: when the trader first sent this order (ms or µs); 0 without. */
  readonly firstSent: number
}

/** A response that is JSON text already. */
export class Json {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A JSON response of many megabytes, in pieces that are written as the client takes them. */
export class LargeJson {
  readonly pieces: readonly Buffer[]

  constructor(pieces: readonly Buffer[]) {
    this.pieces = pieces
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString()
  }
}

/** The text of what an operation returned. */
export function jsonText(result: unknown): string {
  return result instanceof Json || result instanceof LargeJson ? result.text : JSON.stringify(result)
}

/** The same, in pieces if it has many megabytes. */
export function jsonBody(result: unknown): string | readonly Buffer[] {
  return result instanceof LargeJson ? result.pieces : jsonText(result)
}

/** All operations; finds one by its method of the WebSocket API. */
export class OperationRegistry {
  readonly operations: readonly Operation[]
  #byMethod = new Map<string, Operation>()

  /** @throws when two have the same name, route or method */
  constructor(operations: readonly Operation[]) {
    this.operations = operations
    const taken = new Set<string>()
    const take = (what: string): void => {
      if (taken.has(what)) throw new Error(`two operations have ${what}`)
      taken.add(what)
    }
    for (const operation of operations) {
      const { name, rest, ws } = operation
      take(`the name ${name}`)
      if (rest) take(`the route ${rest.method} ${rest.path}`)
      if (ws === undefined) continue
      take(`the method ${ws}`)
      this.#byMethod.set(ws, operation)
    }
  }

  /** By the method of the WebSocket API, without its optional `v3/`. */
  byMethod(method: string): Operation | undefined {
    return this.#byMethod.get(method)
  }
}
