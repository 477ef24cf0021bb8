import { comparable, difference, NaiveExchange } from '@uptick/core/testing'
import type { Checker, Executed } from './executed.ts'

/** I5: every outcome equals the naive oracle's, under all leaders. This includes price–time priority. */
export class Oracle implements Checker {
  readonly violations: string[] = []
  readonly #naive: NaiveExchange

  constructor(supportedBehaviours: readonly number[], stepWorkMax: number) {
    this.#naive = new NaiveExchange({ supportedBehaviours, stepWorkMax })
  }

  see({ command, outcome, sequence, time }: Executed): void {
    // After the first difference all later outcomes differ.
    if (this.violations.length > 0) return
    const expected = this.#naive.execute(command, sequence, time)
    const found = difference(comparable(outcome), comparable(expected))
    if (found) this.violations.push(`I5: sequence ${sequence} differs from the oracle: ${found}`)
  }
}
