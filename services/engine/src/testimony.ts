import { JournalRolledBackError, type Journal } from '@uptick/journal'
import type { HelloFrame, Seen } from '@uptick/protocol'
import { discontinuity, type Discontinuity } from './continuity.ts'
import type { RetainedOutcomes } from './retained-outcomes.ts'

/** Of a gateway's name, in a reason. */
const NAME_SHOWN_MAX = 64

type Hello = Pick<HelloFrame, 'instance' | 'feedFrom' | 'seen'>

export interface TestimonyOptions {
  readonly epoch: number
  readonly retained: RetainedOutcomes
  readonly journal: Pick<Journal, 'confirm' | 'read'>
  readonly events: { rolledBack(error: unknown): void }
}

/**
 * What gateways report that they were shown. A gateway is shown only what is durable, so what the journal lacks of it
 * was lost. The gateway may be the only process that knows, and the shard is halted then. Its word alone is not enough:
 * this member must still be the newest leader, at a moment after the HELLO – one that was fed by its successor knows
 * more than it, too –, the journal is asked how far it reaches, and what an operator has given up is not missed any
 * more.
 *
 * Gateways have proved their role, and are believed: see "A link proves who is at each end".
 */
export class Testimony {
  readonly #options: TestimonyOptions
  /** What was seen under an epoch before this one is given up, as far as was asked. */
  #released = 0
  #isAsking = false
  #isOver = false

  constructor(options: TestimonyOptions) {
    this.#options = options
  }

  /**
   * Why the gateway cannot go on here, of a leader that is durable up to `durable`; undefined when it can. `ahead-of-journal`
   * means that it shall come again: the journal is being asked.
   */
  refusal(hello: Hello, durable: number): Discontinuity | undefined {
    const { retained } = this.#options
    const found = discontinuity(hello, durable, retained)
    const { seen } = hello
    if (!seen) return found
    if (found && seen.epoch < this.#released) return 'another-history'
    const isOld = seen.sequence < retained.oldest
    if (found || isOld) void this.#ask(hello.instance, seen, found)
    return found && 'ahead-of-journal'
  }

  /** Never rejects: a gateway that is refused comes again. */
  async #ask(instance: string, seen: Seen, found: Discontinuity | undefined): Promise<void> {
    if (this.#isAsking || this.#isOver) return
    this.#isAsking = true
    try {
      const { head, released } = await this.#options.journal.confirm(undefined)
      this.#released = released
      if (head.epoch !== this.#options.epoch || seen.epoch < released) return
      const loss = await this.#loss(seen, found, head.last)
      if (loss === undefined || this.#isOver) return
      this.#isOver = true
      const name = instance.slice(0, NAME_SHOWN_MAX)
      const told = `${name} was shown outcome ${seen.sequence} of epoch ${seen.epoch}, and the journal ${loss}`
      this.#options.events.rolledBack(new JournalRolledBackError(told, seen.epoch))
    } catch {
      // The journal does not answer: the next append finds out why.
    } finally {
      this.#isAsking = false
    }
  }

  /** The loss of the journal that ends at `last`; undefined when none is known. */
  async #loss(seen: Seen, found: Discontinuity | undefined, last: number): Promise<string | undefined> {
    if (found === 'another-history') return 'holds another one'
    if (seen.sequence > last) return `ends at ${last}`
    // Not retained any more: its batch says which epoch wrote it.
    if (found === undefined) {
      for await (const { epoch } of this.#options.journal.read(seen.sequence, { through: seen.sequence })) {
        return epoch === seen.epoch ? undefined : `has it from epoch ${epoch}`
      }
    }
    return undefined
  }
}
