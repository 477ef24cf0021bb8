import { outcomeHasWork, outcomeRepeated, outcomeWords } from '@uptick/core'
import { checksum } from '@uptick/engine/testing'
import type { WholeReply } from '../invariants/answers.ts'
import { unfinishedWork, UnfinishedReply } from '@uptick/gateway'

const settle = { resolve: (): void => undefined, reject: (): void => undefined }

/** Assembles replies that continue in later outcomes from the journal, which is complete. */
export class Assembly {
  readonly #whole: Map<number, WholeReply>
  readonly #unfinished = new Map<number, UnfinishedReply>()

  constructor(whole: Map<number, WholeReply>) {
    this.#whole = whole
  }

  /** Add one outcome. */
  see(words: Int32Array, sequence: number): void {
    if (!outcomeHasWork(words, 0)) return
    for (const [began, reply] of this.#unfinished) {
      if (!reply.follow(words, 0, 0)) continue
      this.#unfinished.delete(began)
      const { words: whole } = reply.outcome()
      this.#whole.set(began, { checksum: checksum(whole, 0, outcomeWords(whole, 0)), end: sequence })
    }
    const subject = outcomeRepeated(words, 0) ? undefined : unfinishedWork({ words, offset: 0 })
    if (subject === undefined) return
    const never = { since: 0, now: 0 }
    this.#unfinished.set(sequence, new UnfinishedReply({ words, offset: 0 }, subject, settle, never))
  }
}
