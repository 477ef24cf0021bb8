import { literalOf, parseLiterals } from '../sockets/literals.ts'

/** A frame that a subscriber sent. `id` is the JSON text to echo; absent when the frame had none. */
export type ControlRequest =
  | { readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE'; readonly streams: readonly string[]; readonly id?: string }
  | { readonly method: 'LIST_SUBSCRIPTIONS'; readonly id?: string }
  | { readonly method: 'SET_PROPERTY'; readonly combined: boolean; readonly id?: string }
  | { readonly method: 'GET_PROPERTY'; readonly id?: string }

/** Codes of Binance's market stream sockets. */
export const ControlErrorCode = { UNKNOWN_PROPERTY: 0, INVALID_VALUE: 1, INVALID_REQUEST: 2, INVALID_JSON: 3 } as const

export interface ControlError {
  readonly code: (typeof ControlErrorCode)[keyof typeof ControlErrorCode]
  readonly message: string
  readonly id?: string
}

const ID_LENGTH_MAX = 36

/** Read a control frame; anything malformed is an error to send back, never an exception. */
export function parseControl(text: string): ControlRequest | ControlError {
  const { value: frame, isAmbiguous } = parseLiterals(text)
  if (frame === undefined) return failure('INVALID_JSON', 'Invalid JSON: expected value at line 1 column 1')
  if (!isObject(frame)) return failure('INVALID_REQUEST', 'Invalid request: request must be a JSON object')
  const id = idText(frame.id)
  if (id === undefined)
    return failure(
      'INVALID_REQUEST',
      'Invalid request: request ID must be an integer, a string of at most 36 characters or null',
    )
  const more = id === '' ? {} : { id }
  if (isAmbiguous) return failure('INVALID_REQUEST', 'Invalid request: duplicate field', more)
  const { method, params } = frame
  switch (method) {
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE': {
      if (!Array.isArray(params) || params.length === 0) {
        return failure('INVALID_REQUEST', 'Invalid request: missing field `params`', more)
      }
      if (!params.every((stream) => typeof stream === 'string')) {
        return failure('INVALID_REQUEST', 'Invalid request: stream names must be strings', more)
      }
      return { method, streams: params as string[], ...more }
    }
    case 'LIST_SUBSCRIPTIONS':
      return { method, ...more }
    case 'SET_PROPERTY': {
      if (!Array.isArray(params) || params.length !== 2) {
        return failure('INVALID_REQUEST', 'Invalid request: expected a property and its value', more)
      }
      if (params[0] !== 'combined') return failure('UNKNOWN_PROPERTY', 'Unknown property', more)
      if (typeof params[1] !== 'boolean') return failure('INVALID_VALUE', 'Invalid value type: expected Boolean', more)
      return { method, combined: params[1], ...more }
    }
    case 'GET_PROPERTY':
      if (!Array.isArray(params) || params.length !== 1) {
        return failure('INVALID_REQUEST', 'Invalid request: expected one property', more)
      }
      if (params[0] !== 'combined') return failure('UNKNOWN_PROPERTY', 'Unknown property', more)
      return { method, ...more }
    default:
      return failure(
        'INVALID_REQUEST',
        'Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`',
        more,
      )
  }
}

/** JSON text of the answer. */
export function controlResult(result: unknown, id: string | undefined): string {
  return `{"result":${JSON.stringify(result)},"id":${id ?? 'null'}}`
}

/** Both shapes that clients read: the documented flat one, and `error`, which ccxt looks for. */
export function controlFailure(error: ControlError): string {
  const body = `"code":${error.code},"msg":${JSON.stringify(error.message)}`
  return `{"error":{${body}},${body},"id":${error.id ?? 'null'}}`
}

/** JSON text of an id; empty when absent, `undefined` when it is none. */
export function idText(id: unknown): string | undefined {
  if (id === undefined) return ''
  if (id === null) return 'null'
  if (typeof id === 'string') return id.length <= ID_LENGTH_MAX ? JSON.stringify(id) : undefined
  const literal = literalOf(id)
  return literal !== undefined && /^-?[0-9]{1,19}$/.test(literal) ? literal : undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && literalOf(value) === undefined
}

function failure(code: keyof typeof ControlErrorCode, message: string, more: { id?: string } = {}): ControlError {
  return { code: ControlErrorCode[code], message, ...more }
}
