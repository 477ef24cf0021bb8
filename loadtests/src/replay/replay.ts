import type { FlowSource } from '../flow/order-command.ts'
import type { Tally } from './tally.ts'
import type { ReplayTarget } from './target.ts'

/** Commands between two reports of progress. */
const SLICE = 500

/** Feed all of `source` to `target`, in order. `progress` is called with 0 … 1 and the number of commands so far. */
export async function replay(
  source: FlowSource,
  target: ReplayTarget,
  progress: (part: number, commands: number) => void = () => undefined,
): Promise<Tally> {
  let fed = 0
  for await (const batch of source.batches) {
    for (let at = 0; at < batch.length; at += SLICE) {
      const slice = batch.slice(at, at + SLICE)
      await target.feed(slice)
      fed += slice.length
      progress(source.commands === undefined ? source.progress() : fed / source.commands, fed)
    }
  }
  return target.finish()
}

/** How the result differs from the file's expectation; undefined when it does not, or when the file has none. */
export function contradiction(source: FlowSource, tally: Tally, withChecksum: boolean): string | undefined {
  const { expected } = source
  if (expected === undefined) return undefined
  if (tally.trades !== expected.trades)
    return `the file says ${expected.trades} trades, the engine made ${tally.trades}`
  const found = tally.checksum.toString()
  if (!withChecksum || found === expected.checksum) return undefined
  return `the file's trades have checksum ${expected.checksum}, the engine's ${found}`
}
