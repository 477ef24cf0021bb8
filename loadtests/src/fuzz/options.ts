import { parseArgs } from 'node:util'

export interface FuzzOptions {
  readonly minutes: number
  readonly seed: number
}

const MINUTES_MAX = 24 * 60

export const help = `Hostile clients, from a seed: the WebSocket API, the market streams, both readers of HTTP and the engine's link, on real
processes. No process may end, nothing may be answered with a fault of the exchange, everybody else must go on being served, and
memory returns to what it was.

  npm run fuzz
  npm run fuzz -- --minutes 60 --seed 7

  --minutes M  how long, 1 unless told; a fraction is allowed
  --seed N     which inputs; the present time unless told

A failure is printed with its seed and the smallest input that still brings it, and ends with 1.
`

/** @returns undefined when help was asked for @throws Error for what cannot be understood */
export function parseOptions(args: readonly string[]): FuzzOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const minutes = Number(values.minutes)
  if (!(minutes > 0 && minutes <= MINUTES_MAX)) throw new Error(`--minutes ${values.minutes}: 0 to ${MINUTES_MAX}`)
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
  if (!Number.isInteger(seed) || Math.abs(seed) >= 2 ** 31)
    throw new Error(`--seed ${values.seed}: a whole number is needed`)
  return { minutes, seed }
}
