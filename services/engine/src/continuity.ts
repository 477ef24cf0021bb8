import { outcomeSum, type HelloFrame } from '@uptick/protocol'
import type { RetainedOutcomes } from './retained-outcomes.ts'

/** What a gateway was shown and this state lacks: later outcomes, or others. */
export type Discontinuity = 'ahead-of-journal' | 'another-history'

/**
 * Why a gateway cannot resume the feed of a leader whose state is durable up to `durable`: it was shown outcomes that
 * this journal lacks, or others under the same sequences. To resume would be worse than to show nothing. Undefined when
 * it can. Outcomes that are no longer retained cannot be compared: the feed begins anew then, unless it resumes just
 * there.
 */
export function discontinuity(
  { feedFrom, seen }: Pick<HelloFrame, 'feedFrom' | 'seen'>,
  durable: number,
  retained: RetainedOutcomes,
): Discontinuity | undefined {
  if (feedFrom > durable + 1) return 'ahead-of-journal'
  const ours = seen && retained.outcome(seen.sequence)
  if (!ours) return undefined
  const isSame = ours.epoch === seen.epoch && outcomeSum(ours.words, ours.at) === seen.sum
  return isSame ? undefined : 'another-history'
}
