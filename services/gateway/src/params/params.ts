import { type JsonBounds, parseBoundedJson, publicError, type PublicError, PublicErrors } from '@uptick/protocol'

/** Bounds of a parameter that is a list. */
const LIST_JSON: JsonBounds = { depthMax: 1, valuesMax: 2_048 }

/**
 * The parameters of one request as text, whatever the transport: percent-decoded form values over REST, the literal
 * text of JSON scalars (and the JSON text of arrays) over the WebSocket API. Readers throw `PublicError` with Binance's
 * code and text; absent optional parameters are `undefined`.
 */
export class Params {
  readonly #values: Map<string, string>

  constructor(values: Map<string, string>) {
    this.#values = values
  }

  static of(values: Record<string, string>): Params {
    return new Params(new Map(Object.entries(values)))
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** As it was sent; `undefined` when absent. Never throws. */
  raw(name: string): string | undefined {
    return this.#values.get(name)
  }

  entries(): Iterable<[string, string]> {
    return this.#values
  }

  /** Text; present but empty → -1105. */
  text(name: string): string | undefined {
    const value = this.#values.get(name)
    if (value === '') throw publicError(PublicErrors.EMPTY_PARAMETER, name)
    return value
  }

  requiredText(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined || value === '') throw missing(name)
    return value
  }

  /** A whole number within 0 … 2^53 − 1 or the given bounds. */
  integer(name: string, min = 0, max = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!INTEGER.test(text)) throw illegal(name, '^-?[0-9]{1,20}$')
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw publicError(PublicErrors.INVALID_PARAMETER, name)
    }
    return value
  }

  requiredInteger(name: string, min?: number, max?: number): number {
    this.requiredText(name)
    const value = this.integer(name, min, max)
    if (value === undefined) throw missing(name)
    return value
  }

  /** `true` or `false`, in any case. */
  boolean(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined || text === 'true' || text === 'false')
      return text === undefined ? undefined : text === 'true'
    throw publicError(PublicErrors.INVALID_PARAMETER, name)
  }

  /** A time in ms or µs (told apart by magnitude); returns µs. */
  time(name: string): number | undefined {
    const value = this.integer(name)
    return value === undefined ? undefined : microseconds(value)
  }

  /** One of the names of `members`; anything else throws `code`, or -1130 with its generic text. */
  choice<T>(name: string, members: Readonly<Record<string, T>>, failure?: PublicError): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (Object.hasOwn(members, text)) return members[text]
    throw failure ?? publicError(PublicErrors.INVALID_PARAMETER, name)
  }

  /** As `choice`; -1102 when it is not there. */
  requiredChoice<T extends number | string>(
    name: string,
    members: Readonly<Record<string, T>>,
    failure?: PublicError,
  ): T {
    const value = this.choice(name, members, failure)
    if (value === undefined) throw missing(name)
    return value
  }

  /** A JSON array of texts, as `symbols` and `permissions` carry it; an empty one asks for nothing and is -1100. */
  list(name: string): string[] | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    let value: unknown
    try {
      value = parseBoundedJson(text, LIST_JSON)
    } catch {
      value = undefined
    }
    if (
      !Array.isArray(value) ||
      value.length === 0 ||
      !value.every((item): item is string => typeof item === 'string')
    ) {
      throw illegal(name, '^\\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}\\]$')
    }
    return value
  }
}

const INTEGER = /^-?[0-9]{1,20}$/

/** Times past this are in µs: the year 2286 in ms, 1973 in µs. */
const MILLISECONDS_MAX = 100_000_000_000_000

/** A time in ms or µs as µs. */
export function microseconds(time: number): number {
  return time < MILLISECONDS_MAX ? time * 1000 : time
}

export function missing(name: string): PublicError {
  return publicError(PublicErrors.MANDATORY_PARAMETER, name)
}

export function illegal(name: string, range: string): PublicError {
  return publicError(PublicErrors.ILLEGAL_CHARACTERS, name, range)
}
