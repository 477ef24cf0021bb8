import { type JsonBounds, JsonDuplicateError, parseDistinctJson } from '@uptick/protocol'

/**
 * Bounds of a frame from a client. Its longest content is a list of symbols or streams, and nothing is nested deeply.
 */
const FRAME_JSON: JsonBounds = { depthMax: 16, valuesMax: 2_048 }

/**
 * A JSON number that keeps the text that was sent. `1.0`, `1e-05` and ids past 2^53 are signed and echoed as they were
 * written, which a JavaScript number would lose.
 */
export class JsonLiteral {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A parsed frame. */
export interface Literals {
  /** `undefined` when the text is not JSON, or is nested too deep or too long. */
  readonly value: unknown
  /** Some object has a name twice; `value` has the last of each. */
  readonly isAmbiguous: boolean
}

/** Parse `text` with every number as a `JsonLiteral`. Never throws. */
export function parseLiterals(text: string): Literals {
  try {
    return { value: parseDistinctJson(text, FRAME_JSON, keepNumbers), isAmbiguous: false }
  } catch (error) {
    const isAmbiguous = error instanceof JsonDuplicateError
    return { value: isAmbiguous ? error.value : undefined, isAmbiguous }
  }
}

/** The text of a number; `undefined` for anything else. */
export function literalOf(value: unknown): string | undefined {
  return value instanceof JsonLiteral ? value.text : undefined
}

/** A value as JSON text again, numbers as they were sent. */
export function literalJson(value: unknown): string {
  if (value instanceof JsonLiteral) return value.text
  if (Array.isArray(value)) return `[${value.map((item) => literalJson(item)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${literalJson(item)}`)
    return `{${fields.join(',')}}`
  }
  return JSON.stringify(value)
}

function keepNumbers(_key: string, value: unknown, context: { source?: string }): unknown {
  return typeof value === 'number' ? new JsonLiteral(context.source ?? String(value)) : value
}
