import { JournalError } from '@uptick/journal'
import { BatchReader, ProtocolError } from '@uptick/protocol'
import { messageOf } from '@uptick/runtime'
import type { EngineSeams } from './engine-seams.ts'
import type { Recovered } from './recovery.ts'
import type { CommittedBatch } from './retained-batches.ts'
import type { SeenHead } from './seen-head.ts'
import { replayedOutcomes, retainedOutcomes, takenBack, type TakenBack } from './taken-back.ts'

/** Orders, trades and commands that the answer to an operator lists; the evidence has all. */
const LISTED_MAX = 1_000
/** Words before the one that says how many words a batch has. */
const SIZE_AT = 8

export interface HeldRowsOptions {
  readonly seams: EngineSeams
  readonly shard: number
  /** The state, as far as there is one. */
  readonly state: () => Recovered | undefined
  readonly seen: SeenHead
}

/** The loss that an operator has accepted. */
export interface Released extends TakenBack {
  /** The journal continues after this sequence. */
  readonly after: number
  /** Last sequence that was given up; `after` when this member knows of none. */
  readonly through: number
  /** The number of each; the lists end after 1,000. */
  readonly counts: { readonly commands: number; readonly orders: number; readonly trades: number }
  /** Where the complete lists are. */
  readonly kept: string
}

/**
 * The rows of the journal's last minute that this member keeps while the shard is halted, across restarts. The journal
 * is repaired from them, or an operator gives them up.
 */
export class HeldRows {
  readonly #options: HeldRowsOptions
  /** Of a process before this one; undefined before it was looked for. */
  #recalled: readonly CommittedBatch[] | undefined
  #isHalted: boolean | undefined

  constructor(options: HeldRowsOptions) {
    this.#options = options
  }

  /** Last sequence that is held from before the last start; 0 when nothing is. */
  get through(): number {
    return this.#recalled?.at(-1)?.last ?? 0
  }

  /** The shard is halted: keep the rows beyond the process. */
  keep(): void {
    const batches = this.#batches()
    const last = batches.at(-1)?.last
    if (last === undefined || batches === this.#recalled) return
    const { seams, shard } = this.#options
    const facts = { shard, first: batches[0]?.first, last, batches: batches.length }
    seams.evidence.keep(this.#name, payloadsOf(batches), facts)
  }

  /**
   * Called after each look at the lease. Rows that were kept and are still lost, without a decision, halt the shard
   * again.
   */
  looked(isHalted: boolean): void {
    if (this.#isHalted === isHalted) return
    this.#isHalted = isHalted
    this.#recalled ??= batchesIn(this.#options.seams.evidence.find(this.#name))
    if (isHalted || this.#recalled.length === 0) return
    // Not known yet: then again at the next look.
    this.#review().catch(() => (this.#isHalted = undefined))
  }

  /** The halt is over: the rows are no longer needed. */
  forget(): void {
    this.#recalled = []
    this.#options.seams.evidence.discard(this.#name)
  }

  /** Batches that the journal lacks and no operator has given up, of those that are held; the last one's sequence. */
  async standing(): Promise<{ lost: number; through: number }> {
    const lost = await this.#lost()
    return { lost: lost.length, through: lost.at(-1)?.last ?? 0 }
  }

  async #review(): Promise<void> {
    const { lease, journal } = this.#options.seams
    const { head } = await journal.confirm(undefined)
    const { lost, through } = await this.standing()
    if (lost === 0) return this.forget()
    const loss = { epochSeen: 0, foundAt: head.epoch }
    const isHalted = await lease.halt(`${lease.holder}: the journal still lacks what was kept up to ${through}`, loss)
    if (!isHalted) this.#isHalted = undefined
  }

  /**
   * Append what the journal has lost and this member still holds; then the shard continues. Returns the number of
   * batches.
   *
   * @throws JournalError, with nothing changed, when nothing is lost, or the journal has continued with other batches:
   *   then the loss can only be accepted
   */
  async repair(): Promise<number> {
    const { seams, seen } = this.#options
    const { journal, lease, log } = seams
    const { head } = await journal.confirm(undefined)
    const lost = await this.#lost()
    const [first] = lost
    if (first === undefined) throw new JournalError('nothing is lost here')
    if (head.last !== first.first - 1) {
      throw new JournalError(`the journal has continued with other batches, up to ${head.last}: see "release"`)
    }
    const loss = { epochSeen: seen.epoch, foundAt: head.epoch }
    if (!(await lease.halt(`${lease.holder}: being repaired`, loss))) {
      throw new JournalError('the shard was claimed or decided on meanwhile: ask again')
    }
    try {
      const restored = await journal.restore(lost, seen.epoch)
      await lease.lift()
      const through = lost.at(-1)?.last
      log.warn({ restored, through }, 'repaired: batches that the journal had lost are appended again')
      return restored
    } catch (error) {
      await this.#failed(messageOf(error)).catch(() => undefined)
      throw error
    }
  }

  /** The shard stays halted with the failure as the reason, unless an operator has decided meanwhile. */
  async #failed(reason: string): Promise<void> {
    const { lease } = this.#options.seams
    const { halted, head } = await lease.look()
    if (halted === undefined) return
    const loss = { epochSeen: this.#options.seen.epoch, foundAt: head.epoch }
    await lease.halt(`${lease.holder}: not repaired: ${reason}`, loss)
  }

  /**
   * Give up what the journal has lost: the shard continues without it. Returns the lost rows, as far as this member
   * holds them.
   */
  async release(reason: string, operator: string): Promise<Released> {
    const { seams, shard, seen } = this.#options
    const { evidence, journal, lease, log } = seams
    if ((await lease.look()).halted === undefined) throw new JournalError('the shard is not halted')
    const lost = await this.#lost()
    const all = takenBack(lost, this.#outcomesOf(lost))
    const name = `released-${shard}-${lost[0]?.first ?? 0}`
    const kept = evidence.keep(name, payloadsOf(lost), { shard, reason, operator, ...all })
    const after = await journal.release(seen.epoch, reason, operator)
    const through = lost.at(-1)?.last ?? after
    const counts = { commands: all.commands.length, orders: all.orders.length, trades: all.trades.length }
    log.warn({ after, through, counts, reason, operator, kept }, 'released: what the journal has lost is given up')
    return {
      after,
      through,
      counts,
      kept,
      commands: all.commands.slice(0, LISTED_MAX),
      orders: all.orders.slice(0, LISTED_MAX),
      trades: all.trades.slice(0, LISTED_MAX),
    }
  }

  get #name(): string {
    return `held-${this.#options.shard}`
  }

  /** What reaches further: the state that was halted, or what a process before it had kept. */
  #batches(): readonly CommittedBatch[] {
    const batches = this.#options.state()?.batches
    return batches && batches.last >= this.through ? batches.from(1) : (this.#recalled ?? [])
  }

  /** The batches that the journal lacks: all after the first that it lacks, because it lost its end. None that were given up. */
  async #lost(): Promise<readonly CommittedBatch[]> {
    const { journal } = this.#options.seams
    const batches = this.#batches()
    let [low, high] = [0, batches.length]
    let givenUp = 0
    while (low < high) {
      const middle = (low + high) >>> 1
      const { holds, released } = await journal.confirm(batches[middle])
      givenUp = released
      if (holds) low = middle + 1
      else high = middle
    }
    return (batches.at(-1)?.epoch ?? 0) < givenUp ? [] : batches.slice(low)
  }

  #outcomesOf(lost: readonly CommittedBatch[]): ReturnType<typeof retainedOutcomes> {
    const { seams, state } = this.#options
    const recovered = state()
    const [first] = lost
    if (!recovered || first === undefined) return () => undefined
    const { exchange, retained } = recovered
    if (exchange.sequence >= first.first) return retainedOutcomes(retained)
    try {
      return replayedOutcomes(lost, seams.openExchange(exchange.snapshot()))
    } catch {
      return () => undefined
    }
  }
}

function payloadsOf(batches: readonly CommittedBatch[]): Uint8Array[] {
  return batches.map(({ payload }) => payload)
}

/** The batches that lie one after another in `bytes`, up to the first that is not whole. */
function batchesIn(bytes: Uint8Array | undefined): CommittedBatch[] {
  const batches: CommittedBatch[] = []
  if (!bytes) return batches
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reader = new BatchReader()
  try {
    for (let at = 0; at + SIZE_AT + 4 <= all.length;) {
      const payload = all.subarray(at, at + all.readInt32LE(at + SIZE_AT) * 4)
      const { epoch, firstSequence: first, lastSequence: last } = reader.open(payload)
      batches.push({ epoch, first, last, payload })
      at += payload.byteLength
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  return batches
}
