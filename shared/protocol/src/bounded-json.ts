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
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript lacks the third parameter
  return JSON.parse(text, reviver as ((key: string, value: unknown) => unknown) | undefined) as unknown
}

/** Objects that name something twice: which of the two is meant, readers of JSON do not agree on. */
export class JsonDuplicateError extends Error {
  override readonly name = 'JsonDuplicateError'
  /** What `JSON.parse` makes of the text: of each name, the last. */
  readonly value: unknown

  constructor(value: unknown) {
    super('an object of the JSON has a name twice')
    this.value = value
  }
}

/**
 * As `parseBoundedJson`, and nothing is named twice in one object, however the name is written.
 *
 * @throws JsonBoundsError before anything is parsed; SyntaxError for what is not JSON; JsonDuplicateError
 */
export function parseDistinctJson(text: string, bounds: JsonBounds, reviver?: Reviver): unknown {
  const written = checkJsonBounds(text, bounds)
  // A reviver is called once for each member that is left, and once for the whole.
  let kept = -1
  function count(this: unknown, key: string, value: unknown, context: { source?: string }): unknown {
    if (!Array.isArray(this)) kept++
    return reviver === undefined ? value : reviver(key, value, context)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript lacks the third parameter
  const value = JSON.parse(text, count as (this: unknown, key: string, value: unknown) => unknown) as unknown
  if (kept < written) throw new JsonDuplicateError(value)
  return value
}

/**
 * One pass over the text, which need not be JSON. Returns how many members the objects of it have as they are written.
 *
 * @throws JsonBoundsError
 */
function checkJsonBounds(text: string, { depthMax, valuesMax }: JsonBounds): number {
  let depth = 0
  let members = 0
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
      case COLON:
        members++
        break
      default:
    }
  }
  return members
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
const COLON = 58
const OPENING_BRACKET = 91
const BACKSLASH = 92
const CLOSING_BRACKET = 93
const OPENING_BRACE = 123
const CLOSING_BRACE = 125
