import { Problem } from '../problem.ts'
import type { OperatorClient } from './client.ts'

/** Options after the command's name, each used by some commands only. */
export interface Flags {
  readonly account?: string
  readonly label?: string
  readonly reference?: string
  readonly symbol?: string
  readonly type?: string
  readonly reason?: string
  readonly operator?: string
  readonly name?: string
  readonly 'price-decimals'?: string
  readonly 'quantity-decimals'?: string
  readonly 'maker-fee'?: string
  readonly 'taker-fee'?: string
  readonly 'public-key'?: string
  readonly 'read-only'?: boolean
  readonly unlimited?: boolean
}

export interface CommandDefinition {
  /** Words to type, arguments in capitals. Those in brackets may be left out. */
  readonly usage: string
  readonly summary: string
  readonly examples: readonly string[]
  /** What the operator API answered, to be shown. */
  readonly run: (operator: OperatorClient, args: readonly string[], flags: Flags) => Promise<unknown>
}

export type Commands = Readonly<Record<string, CommandDefinition>>

/** Argument `index`. @throws Problem that names what is missing */
export function argument(args: readonly string[], index: number, what: string): string {
  const value = args[index]
  if (value === undefined || value === '') throw new Problem(`${what} is missing.`)
  return value
}

/** @throws Problem unless it is a whole number */
export function wholeNumber(text: string, what: string): number {
  if (!/^\d{1,16}$/.test(text)) throw new Problem(`${what} is a whole number, not ${text}.`)
  return Number(text)
}

/** `NAME=VALUE` words as an object: decimals stay text, because a number would round them; true and false are themselves. */
export function assignments(words: readonly string[]): Record<string, string | number | boolean> {
  const integers = new Set(['averagePriceMinutes', 'maxOrders', 'maxAlgoOrders'])
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', ...rest] = word.split('=')
      const value = rest.join('=')
      if (name === '' || value === '') throw new Problem(`${word} is not of the form NAME=VALUE.`)
      if (value === 'true' || value === 'false') return [name, value === 'true']
      return [name, integers.has(name) ? wholeNumber(value, name) : value]
    }),
  )
}
