import { publicError, type PublicError, PublicErrors } from '@uptick/protocol'
import { idText, isObject } from '../streams/control.ts'
import { literalJson, literalOf, parseLiterals } from '../sockets/literals.ts'

/** A request as it was sent: values are the literal text of scalars and the JSON text of arrays and objects. */
export interface WsRequest {
  /** JSON text to echo. */
  readonly id: string
  /** Without its optional `v3/`. */
  readonly method: string
  readonly params: Map<string, string>
}

export interface WsRequestError {
  readonly id: string
  readonly error: PublicError
}

const METHOD_LENGTH_MAX = 100
/** More parameters than any operation has. */
const PARAMETERS_MAX = 100

/** Read one frame; anything malformed is an error to send back, never an exception. */
export function parseRequest(text: string): WsRequest | WsRequestError {
  const { value: frame, isAmbiguous } = parseLiterals(text)
  if (!isObject(frame)) return { id: 'null', error: publicError(PublicErrors.INVALID_JSON) }
  const id = idText(frame.id)
  if (id === undefined)
    return { id: 'null', error: publicError(PublicErrors.ILLEGAL_CHARACTERS, 'id', '^[a-zA-Z0-9-_]{1,36}$') }
  const echo = id === '' ? 'null' : id
  if (isAmbiguous) return { id: echo, error: publicError(PublicErrors.DUPLICATE_PARAMETER) }
  const { method, params } = frame
  if (typeof method !== 'string' || method === '' || method.length > METHOD_LENGTH_MAX) {
    return { id: echo, error: publicError(PublicErrors.MANDATORY_PARAMETER, 'method') }
  }
  if (params !== undefined && params !== null && !isObject(params)) {
    return { id: echo, error: publicError(PublicErrors.INVALID_JSON) }
  }
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value !== null) values.set(name, textOf(value))
  }
  if (values.size > PARAMETERS_MAX) return { id: echo, error: publicError(PublicErrors.TOO_MANY_PARAMETERS) }
  return { id: echo, method: method.startsWith('v3/') ? method.slice(3) : method, params: values }
}

/**
 * The text that a request signs: all parameters but the signature, sorted by name, `name=value` joined with `&`, not
 * percent-encoded.
 */
export function signedPayload(params: ReadonlyMap<string, string>): string {
  const signed = [...params].filter(([name]) => name !== 'signature')
  return signed
    .toSorted(byCodeUnit)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return literalOf(value) ?? literalJson(value)
}

function byCodeUnit([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
