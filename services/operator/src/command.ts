import { EXIT_USAGE, Problem } from '@uptick/commandline'
import type { OperatorClient } from './client.ts'

/** Options after the command's name, as they were typed. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>

export interface CommandDefinition {
  /** Its arguments: `<REQUIRED>`, `[OPTIONAL]`, `[MANY...]`. */
  readonly arguments?: string
  readonly summary: string
  /** Flags such as `--reference <text>`, and what they are for. */
  readonly options?: readonly (readonly [string, string])[]
  readonly examples: readonly string[]
  /** What happens that cannot be taken back, as a question's first half; undefined for these arguments when nothing does. */
  readonly warns?: (args: readonly string[]) => string | undefined
  /** What the operator API answered, to be shown. */
  readonly run: (operator: OperatorClient, args: readonly string[], flags: Flags) => Promise<unknown>
}

export type Commands = Readonly<Record<string, CommandDefinition>>

/** @throws Problem unless it is a whole number */
export function integerOf(text: string, what: string): number {
  if (!/^\d{1,16}$/.test(text)) throw new Problem(`${what} is a whole number, not ${text}.`, EXIT_USAGE)
  return Number(text)
}

/** The value of a text flag; undefined when it was not given. */
export function textOf(flags: Flags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }

/**
 * The moment that `--at` names or that lies `--in` from now, ISO 8601; undefined without either.
 *
 * @throws Problem
 */
export function momentOf(at: string | undefined, after: string | undefined, now = Date.now()): string | undefined {
  if (at !== undefined && after !== undefined) throw new Problem('Give --at or --in, not both.', EXIT_USAGE)
  if (after !== undefined) {
    const [, count, unit = ''] = /^(\d{1,6})([smh])$/.exec(after) ?? []
    if (count === undefined) throw new Problem(`--in is a duration such as 90s, 10m or 2h, not ${after}.`, EXIT_USAGE)
    return new Date(now + Number(count) * (SECONDS[unit] ?? 0) * 1_000).toISOString()
  }
  if (at === undefined) return undefined
  // Without a zone it would mean something else on the machine of another operator.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(at) || Number.isNaN(Date.parse(at)))
    throw new Problem(`--at is a time with its zone such as 2027-01-31T22:00Z, not ${at}.`, EXIT_USAGE)
  return new Date(at).toISOString()
}

/** Those of `values` that were given. */
export function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

/** `NAME=VALUE` words as an object: decimals stay text, because a number would round them; true and false are themselves. */
export function assignments(words: readonly string[]): Record<string, string | number | boolean> {
  const integers = new Set(['averagePriceMinutes', 'maxOrders', 'maxAlgoOrders'])
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', ...rest] = word.split('=')
      const value = rest.join('=')
      if (name === '' || value === '') throw new Problem(`${word} is not of the form NAME=VALUE.`, EXIT_USAGE)
      if (value === 'true' || value === 'false') return [name, value === 'true']
      return [name, integers.has(name) ? integerOf(value, name) : value]
    }),
  )
}
