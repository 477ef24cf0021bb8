/**
 * A standby checks every 5 s whether it could write, and waits 3 s for the answer. A leader gives the shard up 3 s
 * after an append with a bound of 3 s has failed, plus a renewal and a pause between two attempts.
 */
const NOTICED_MS_MAX = 9_000

/** The true state of a member at some moment. */
export interface Standing {
  readonly name: string
  /** Reports that it could lead and write, or does so. */
  readonly isReady: boolean
  /** Leads, and has something to write. */
  readonly isWanted: boolean
  readonly canWrite: boolean
}

/**
 * A member that reports ready could lead and write; and no leader that cannot write keeps the shard while another
 * could.
 */
export class Readiness {
  readonly violations: string[] = []
  /** For each contradiction, the time since which a member's report is wrong. */
  readonly #since = new Map<string, number>()

  /** @param now milliseconds of the run */
  saw(now: number, members: readonly Standing[]): void {
    const wrong = members.flatMap((member) => {
      const { name, isReady, isWanted, canWrite } = member
      const couldDo = members.some((other) => other !== member && other.isReady && other.canWrite)
      return [
        ...(isReady && !canWrite ? [`${name} says that it is ready and cannot write`] : []),
        ...(isWanted && !canWrite && couldDo ? [`${name} keeps the shard and cannot write, another one could`] : []),
      ]
    })
    for (const what of this.#since.keys()) if (!wrong.includes(what)) this.#since.delete(what)
    for (const what of wrong) {
      const since = this.#since.get(what) ?? now
      this.#since.set(what, since)
      if (now - since > NOTICED_MS_MAX) this.#found(`readiness: ${what}`)
    }
  }

  #found(what: string): void {
    if (!this.violations.includes(what)) this.violations.push(what)
  }
}
