/** What JSON from outside may be: checked before anything of it is built. */
export interface JsonBounds {
  /** Arrays and objects within each other. */
  readonly depthMax: number
  /** Values of any kind, those within others included. */
  readonly valuesMax: number
}

/** Of messages between processes of the exchange: a whole book or catalogue is many values, and nothing is deep. */
export const LINK_JSON: JsonBounds = { depthMax: 32, valuesMax: Number.POSITIVE_INFINITY }

/** JSON that is past a bound. */
export class JsonBoundsError extends Error {
  override readonly name = 'JsonBoundsError'
  readonly bound: keyof JsonBounds

  constructor(bound: keyof JsonBounds) {
    super(bound === 'depthMax' ? 'the JSON is nested too deep' : 'the JSON has too many values')
    this.bound = bound
  }
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

/**
 * `JSON.parse` of a text that a stranger wrote. Whatever walks the value afterwards – a reviver, `JSON.stringify`, code of
 * ours – may do so by recursion, since the depth is bounded.
 *
 * @throws JsonBoundsError before anything is parsed; SyntaxError for what is not JSON
 */
export function parseBoundedJson(text: string, bounds: JsonBounds, reviver?: Reviver): unknown {
  checkJsonBounds(text, bounds)
  return JSON.parse(text, reviver as ((key: string, value: unknown) => unknown) | undefined) as unknown
}

/**
 * One pass over the text, which need not be JSON.
 *
 * @throws JsonBoundsError
 */
export function checkJsonBounds(text: string, { depthMax, valuesMax }: JsonBounds): void {
  let depth = 0
  // Commas and brackets, which are no fewer than the values less one.
  let values = 1
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at + 1)
        break
      case OPENING_BRACE:
      case OPENING_BRACKET:
        if (++depth > depthMax) throw new JsonBoundsError('depthMax')
        if (++values > valuesMax) throw new JsonBoundsError('valuesMax')
        break
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        depth--
        break
      case COMMA:
        if (++values > valuesMax) throw new JsonBoundsError('valuesMax')
        break
      default:
    }
  }
}

/** Where the string that begins at `at` has its closing quote; the end of the text when it has none. */
function endOfString(text: string, at: number): number {
  for (let end = at; end < text.length; end++) {
    const unit = text.charCodeAt(end)
    if (unit === QUOTE) return end
    if (unit === BACKSLASH) end++
  }
  return text.length
}

const QUOTE = 34
const COMMA = 44
const OPENING_BRACKET = 91
const BACKSLASH = 92
const CLOSING_BRACKET = 93
const OPENING_BRACE = 123
const CLOSING_BRACE = 125
