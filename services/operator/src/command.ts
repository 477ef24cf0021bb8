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
