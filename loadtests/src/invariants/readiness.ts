/**
 * A standby tries every 5 s whether it could write, and gives an answer 3 s; a leader gives the shard up 3 s after an append
 * that had 3 s has failed, with a renewal and a pause between two attempts on top.
 */
const NOTICED_MS_MAX = 9_000

/** A member at some moment, with its true state. */
export interface Standing {
  readonly name: string
  /** Says that it could lead and write, or does. */
  readonly isReady: boolean
  /** Leads, and has something to write. */
  readonly isWanted: boolean
  readonly canWrite: boolean
}

/** A member that says that it is ready could lead and write; and none keeps the shard that cannot write while another could. */
export class Readiness {
  readonly violations: string[] = []
  /** Since when a member is not what it says, by what is wrong. */
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
