import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface LoadCommandOptions {
  readonly folder: string
  readonly profile: string
  readonly rate: number
  readonly seconds: number
  readonly watchers: number
}

export const help = `Puts load on the exchange that \`npm start\` runs, with k6, and compares what traders were told with the journal.

  npm run load
  npm run load -- --profile surge --rate 100 --seconds 60

  --data FOLDER     of the exchange, ./data unless told
  --profile NAME    steady, surge (four times the rate, within seconds) or busiest-minute; steady unless told
  --rate N          requests a second before the profile multiplies them, 50 unless told
  --seconds N       30 unless told
  --watchers N      subscribers of the market, 4 unless told

Half of the requests come over kept connections, a fifth over new ones, the rest over the WebSocket API. k6 has to be on the
PATH: go install go.k6.io/k6@v1.8.1. Ends with 0 when every request was answered well and all stories agree.
`

/** @returns undefined when help was asked for @throws Error for what cannot be understood */
export function parseOptions(args: readonly string[], base: string): LoadCommandOptions | undefined {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: text,
      profile: text,
      rate: text,
      seconds: text,
      watchers: text,
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const number = (name: 'rate' | 'seconds' | 'watchers', fallback: number): number => {
    const value = Number(values[name] ?? fallback)
    if (!(value > 0)) throw new Error(`--${name} ${values[name]}: a number above 0 is needed`)
    return value
  }
  return {
    folder: resolve(base, values.data ?? 'data'),
    profile: values.profile ?? 'steady',
    rate: number('rate', 50),
    seconds: number('seconds', 30),
    watchers: number('watchers', 4),
  }
}
