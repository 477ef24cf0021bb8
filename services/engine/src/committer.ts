import {
  AppendFailedError,
  JournalGapError,
  JournalHaltedError,
  JournalRolledBackError,
  type Batch,
  type Journal,
} from '@uptick/journal'
import type { CancelTimer, Timers } from '@uptick/runtime'
import { RETRY_FIRST_MS, RETRY_MS_MAX } from './limits.ts'

export interface CommitterEvents<Entry extends Batch> {
  /** In order of sequence. */
  durable(entry: Entry): void
  /** Another member has taken over: this one may show a client only what it has seen durable. */
  fenced(): void
  /** The journal has lost rows that this member saw durable. */
  rolledBack(error: unknown): void
  /** The shard was halted, by a member that knows more than the journal. */
  halted(error: unknown): void
  /** The journal cannot be reached or answers with an error; undefined when it works again. */
  trouble(error: unknown): void
}

type State = 'sent' | 'durable' | 'absent' | 'unknown'
/** What ends the committer's work. */
type End = 'fenced' | 'rolled back' | 'halted'

interface Pending<Entry> {
  readonly entry: Entry
  state: State
}

/**
 * Appends batches to the journal, several at a time, and reports them durable in order. After a lost answer or an error
 * it waits for the appends under way, resolves each of them, appends the same bytes again where they are absent, and
 * waits with growing pauses while the journal does not answer. A batch is never given up and never changed: its
 * commands were executed already.
 */
export class Committer<Entry extends Batch> {
  readonly #journal: Pick<Journal, 'append' | 'resolve'>
  readonly #timers: Timers
  readonly #events: CommitterEvents<Entry>
  readonly #pending: Pending<Entry>[] = []
  #sent = 0
  #repairing = false
  #stopped = false
  #retryMs = RETRY_FIRST_MS
  #cancelRetry: CancelTimer | undefined

  constructor(journal: Pick<Journal, 'append' | 'resolve'>, timers: Timers, events: CommitterEvents<Entry>) {
    this.#journal = journal
    this.#timers = timers
    this.#events = events
  }

  /** Batches that are not known to be durable. */
  get inFlight(): number {
    return this.#pending.length
  }

  get isRepairing(): boolean {
    return this.#repairing
  }

  /** Take the next batch. Its append is under way when this returns. */
  submit(entry: Entry): void {
    const pending: Pending<Entry> = { entry, state: 'sent' }
    this.#pending.push(pending)
    if (this.#repairing) pending.state = 'absent'
    else this.#send(pending)
  }

  /** Report nothing any more. */
  stop(): void {
    this.#stopped = true
    this.#cancelRetry?.()
  }

  #send(pending: Pending<Entry>): void {
    pending.state = 'sent'
    this.#sent++
    this.#journal.append(pending.entry).then(
      (result) => this.#answered(pending, result === 'appended' ? 'durable' : 'fenced', undefined),
      (error: unknown) => this.#answered(pending, stateAfter(error), error),
    )
  }

  #answered(pending: Pending<Entry>, state: State | End, error: unknown): void {
    this.#sent--
    if (this.#stopped || this.#isEnd(state, error)) return
    pending.state = state
    if (error !== undefined) {
      this.#repairing = true
      this.#events.trouble(error)
    }
    this.#reportDurable()
    if (this.#repairing && this.#sent === 0) this.#waitThenRepair()
  }

  /** Whether there is nothing more to do; the listeners have been told then. */
  #isEnd(state: State | End, error: unknown): state is End {
    if (state === 'fenced') this.#events.fenced()
    else if (state === 'rolled back') this.#events.rolledBack(error)
    else if (state === 'halted') this.#events.halted(error)
    else return false
    return true
  }

  #reportDurable(): void {
    for (let [oldest] = this.#pending; oldest?.state === 'durable' && !this.#stopped; [oldest] = this.#pending) {
      this.#pending.shift()
      this.#events.durable(oldest.entry)
    }
  }

  #waitThenRepair(): void {
    if (this.#stopped) return
    this.#cancelRetry = this.#timers.after(this.#retryMs, () => void this.#repair())
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX)
  }

  /** Settle every pending batch, oldest first; give up on the first failure and try again later. Never rejects. */
  async #repair(): Promise<void> {
    for (let [oldest] = this.#pending; oldest && !this.#stopped; [oldest] = this.#pending) {
      if (!(await this.#settle(oldest))) return this.#waitThenRepair()
      this.#reportDurable()
    }
    if (this.#stopped) return
    this.#repairing = false
    this.#retryMs = RETRY_FIRST_MS
    this.#events.trouble(undefined)
  }

  /** One step for one batch; false when the journal failed again, or when there is nothing more to do. */
  async #settle(pending: Pending<Entry>): Promise<boolean> {
    const { entry } = pending
    try {
      const call = pending.state === 'unknown' ? this.#journal.resolve(entry) : this.#journal.append(entry)
      const result = await call
      if (this.#stopped) return false
      if (this.#isEnd(result === 'fenced' ? 'fenced' : 'durable', undefined)) return false
      pending.state = result === 'appended' ? 'durable' : 'absent'
      return true
    } catch (error) {
      if (this.#stopped) return false
      // Everything before the oldest batch was seen durable: when the journal ends earlier, it has lost rows.
      const state = error instanceof JournalGapError ? 'rolled back' : stateAfter(error)
      if (this.#isEnd(state, error)) return false
      // What a lost append has done stays unknown until `resolve` has answered.
      if (pending.state !== 'unknown') pending.state = state
      this.#events.trouble(error)
      return false
    }
  }
}

/**
 * The meaning of an error for the batch. A gap means that an earlier batch was not written, so neither was this one.
 */
function stateAfter(error: unknown): 'absent' | 'unknown' | 'rolled back' | 'halted' {
  if (error instanceof JournalHaltedError) return 'halted'
  if (error instanceof JournalRolledBackError) return 'rolled back'
  if (error instanceof AppendFailedError) return error.outcome
  return error instanceof JournalGapError ? 'absent' : 'unknown'
}
