import { parseArgs } from 'node:util'

export interface RunnerOptions {
  readonly from: number
  readonly seeds: number
  /** Tell what happened in each run. */
  readonly story: boolean
}

export const help = `Engines, gateways, traders, journal and network in one process on a virtual clock, with everything going wrong.

  npm run sim
  npm run sim -- --seeds 2000 --from 1
  npm run sim -- --from 123 --seeds 1 --story

  --seeds N   how many runs, 100 unless told
  --from K    the first seed, 1 unless told; the others follow
  --story     what happened in each run, for the one that failed

A seed brings the same run each time. One that fails is printed with what was wrong; goes on after it, and ends with 1.
`

/** @returns undefined when help was asked for @throws Error for what cannot be understood */
export function parseOptions(args: readonly string[]): RunnerOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      story: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const number = (name: 'seeds' | 'from'): number => {
    const value = Number(values[name])
    if (!Number.isSafeInteger(value) || value < 1)
      throw new Error(`--${name} ${values[name]}: an integer above 0 is needed`)
    return value
  }
  return { from: number('from'), seeds: number('seeds'), story: values.story }
}
