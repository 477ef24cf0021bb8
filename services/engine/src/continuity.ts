import { outcomeSum, type HelloFrame } from '@uptick/protocol'
import type { RetainedOutcomes } from './retained-outcomes.ts'

/** What a gateway was shown and is not here: more than there is, or something else. */
export type Discontinuity = 'ahead-of-journal' | 'another-history'

/**
 * Why a gateway cannot go on with the feed of a leader whose state is durable up to `durable`: it was shown something that
 * this journal does not hold, or other outcomes under the same sequences. Going on would be worse than showing nothing.
 * Undefined when it can. What is not retained any more cannot be compared: the feed begins anew then, if it does not go on
 * just there.
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
