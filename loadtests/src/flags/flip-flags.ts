import { setTimeout as delay } from 'node:timers/promises'
import { isOnAt } from './account-side.ts'
import { AGREE_MS_MAX, judgeSides, type Percentage } from './judge-sides.ts'
import type { Rollout } from './rollout.ts'
import type { SideWatch } from './side-watch.ts'

/** From everyone to nobody, then as a release grows, and at once to nobody, as when it is taken back. */
const PERCENTAGES = [100, 0, 10, 50, 100, 0]
/** At this one the place that flags come from fails: some accounts are on, others off. */
const FAULTY_PERCENT = 10
/** Longer than gateways take to notice. */
const FAULT_MS = 2_500
const STEADY_MS = 1_000
const LOOK_MS = 50

/** What is said while it is played. */
export interface FlipReport {
  readonly mark: (what: string) => void
  /** How long until all gateways followed each percentage, ms. */
  readonly agreed: (milliseconds: readonly number[]) => void
}

/**
 * Flip flags by account under load, with faults of the place that they come from in between.
 *
 * @throws Error when an account was on a side that the percentage does not give it, or was answered anything else
 */
export async function flipFlags(rollout: Rollout, watch: SideWatch, report: FlipReport): Promise<void> {
  const percentages: Percentage[] = []
  try {
    for (const percent of PERCENTAGES) {
      percentages.push({ percent, at: performance.now() })
      await rollout.set(percent)
      report.mark(`${percent} %`)
      await settled(watch, percent)
      await delay(STEADY_MS)
      if (percent !== FAULTY_PERCENT) continue
      for (const { name, strike } of rollout.faults) {
        report.mark(name)
        await strike()
        await delay(FAULT_MS)
      }
    }
    const { wrong, agreedMs } = judgeSides(watch.lanes, percentages, performance.now())
    report.agreed(agreedMs)
    const said = [...watch.troubles, ...wrong]
    if (said.length > 0) throw new Error(`${said.length} answers are wrong; ${said.slice(0, 5).join('; ')}`)
  } finally {
    await rollout.restore()
  }
}

/** Ends at the bound, too: the judgement says what is wrong then. */
async function settled(watch: SideWatch, percent: number): Promise<void> {
  const since = performance.now()
  const isExpected = ({ flag, account }: { flag: Parameters<typeof isOnAt>[0]; account: number }): boolean =>
    isOnAt(flag, account, percent)
  while (!watch.isSettled(since, isExpected) && performance.now() - since < AGREE_MS_MAX) await delay(LOOK_MS)
}
