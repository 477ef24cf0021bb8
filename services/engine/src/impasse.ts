import { SnapshotError } from '@uptick/core'
import { JournalRolledBackError, type Loss } from '@uptick/journal'
import { ProtocolError } from '@uptick/protocol'
import { messageOf } from '@uptick/runtime'
import { describePoison } from './containment.ts'
import type { Role } from './engine-seams.ts'
import { HeldRows, type HeldRowsOptions, type Released } from './held-rows.ts'
import { DivergedError, PoisonError, UnfitError } from './replica.ts'
import type { Poison } from './sequencer.ts'
import { StandbyFailure } from './standby.ts'

const DECISION_POLL_MS = 1_000

export interface ImpasseOptions extends HeldRowsOptions {
  /** From now on the engine has this role, and answers no client. */
  readonly enter: (role: Role) => void
  /** The process ends: stop waiting. */
  readonly signal: AbortSignal
}

/** What the journal lacks, and the epoch at which that was found. */
interface Lost extends Loss {
  readonly reason: string
}

/**
 * The final modes of an engine, which only an operator can end: it answers no client, keeps the evidence, does not
 * restart again and again, and waits for the decision.
 */
export class Impasse {
  /** Of the journal's last minute. */
  readonly held: HeldRows
  readonly #options: ImpasseOptions
  /** The operator waits for an answer: the process must not end before it is sent. */
  #isRepairing = false

  constructor(options: ImpasseOptions) {
    this.#options = options
    this.held = new HeldRows(options)
  }

  /**
   * Whether another attempt cannot cure the error; if so, the engine enters a final mode. What looks like lost rows, or
   * like another state than the journal's writers have, is compared with the journal first. Never rejects.
   */
  async meet(thrown: unknown): Promise<boolean> {
    const batch = thrown instanceof StandbyFailure ? thrown.batch : undefined
    const error = thrown instanceof StandbyFailure ? thrown.cause : thrown
    if (error instanceof PoisonError) this.contain(error.poison)
    else if (isUnfitness(error)) this.#refuse(error.message)
    else if (error instanceof DivergedError || error instanceof JournalRolledBackError) {
      const lost = await this.#lost()
      if (this.#options.signal.aborted) return true
      if (lost !== undefined) this.#halt(lost)
      else if (error instanceof DivergedError) this.#diverge(error, batch?.payload ?? Buffer.alloc(0))
      else return false
    } else return false
    return true
  }

  /**
   * Another engine leads. The state is discarded with the process, unless it holds rows that the journal lacks, which
   * would be lost with it.
   */
  fenced(reason: string): void {
    const { seams, enter, signal } = this.#options
    enter('fenced')
    void this.#lost().then(async (lost) => {
      if (signal.aborted) return
      if (lost !== undefined) return this.#halt(lost)
      const { halted } = await seams.lease.look().catch(() => ({ halted: undefined }))
      if (halted === undefined) seams.fail(reason)
      else this.stand(halted)
    })
  }

  /** The state machine broke: keep the evidence, and wait for an operator to skip the command. */
  contain(poison: Poison): void {
    const { shard, seams } = this.#options
    const facts = describePoison(poison, shard)
    const kept = seams.evidence.keep(`poison-${shard}-${poison.sequence}`, poison.payload, facts)
    seams.conditions.set('contained', false, `sequence ${poison.sequence} breaks the state machine`)
    seams.log.error({ ...facts, err: poison.error, kept }, 'contained: an operator must decide to skip the command')
    this.#await('contained', async () => {
      const skipped = await seams.journal.skipped()
      return skipped.has(poison.sequence) ? `sequence ${poison.sequence} is skipped now` : undefined
    })
  }

  /** The leader of `epoch` has found out that the journal has lost rows, or was told so by a member that saw them. */
  rolledBack(error: unknown, epoch: number): void {
    const epochSeen = error instanceof JournalRolledBackError ? error.epochSeen : 0
    this.#halt({ reason: messageOf(error), epochSeen: Math.max(epochSeen, this.#epoch()), foundAt: epoch })
  }

  /** The journal holds less than was seen: no member may lead before an operator has decided. */
  #halt(lost: Lost): void {
    const { conditions, log } = this.#options.seams
    const { reason } = lost
    conditions.set('journal', false, `ahead of the journal: ${reason}`)
    log.error({ reason }, 'halted: the journal has lost rows that this member has seen')
    let untold: Lost | undefined = lost
    const tell = async (): Promise<void> => {
      while (untold && !(await this.#tell(untold))) untold = await this.#lost()
      untold = undefined
    }
    tell().catch(() => undefined)
    this.#awaitRelease(tell)
  }

  /** The shard was halted while this member led it: it keeps its state, from which the journal may be repaired. */
  stand(reason: string): void {
    const { conditions, log } = this.#options.seams
    conditions.set('journal', false, `halted: ${reason}`)
    log.error({ reason }, 'halted: another member knows more than the journal')
    this.#awaitRelease(() => Promise.resolve())
  }

  /**
   * Append what the journal has lost and this member still holds; then the shard continues. Returns the number of
   * batches.
   */
  repair(): Promise<number> {
    return this.#decide(() => this.held.repair())
  }

  /** Give up what the journal has lost, as an operator has decided; then the shard continues. */
  release(reason: string, operator: string): Promise<Released> {
    return this.#decide(() => this.held.release(reason, operator))
  }

  async #decide<T>(act: () => Promise<T>): Promise<T> {
    this.#isRepairing = true
    try {
      return await act()
    } finally {
      this.#options.seams.timers.after(DECISION_POLL_MS, () => (this.#isRepairing = false))
    }
  }

  /**
   * What this member has seen in the journal and the journal lacks; undefined when it lacks nothing. Asks the server
   * that takes appends, because another one may only be behind, and waits until that answers. Never rejects.
   */
  async #lost(): Promise<Lost | undefined> {
    const { seams, seen, state, signal } = this.#options
    const held = state()?.batches
    while (!signal.aborted) {
      try {
        const confirmation = await seams.journal.confirm(held?.find(held.last))
        const { head, holds } = confirmation
        const epochSeen = this.#epoch()
        // An operator has given it up already: only discard this state.
        if (epochSeen < confirmation.released) return undefined
        const reason = held && !holds ? missing(held.last, head.last) : seen.contradiction(confirmation)
        if (reason === undefined) seen.looked(confirmation)
        return reason === undefined ? undefined : { reason, epochSeen, foundAt: head.epoch }
      } catch (error) {
        seams.log.warn({ err: error }, 'what the journal holds cannot be confirmed; trying again')
        await new Promise<void>((resolve) => seams.timers.after(DECISION_POLL_MS, resolve))
      }
    }
    return undefined
  }

  /** The newest under which something was seen here. */
  #epoch(): number {
    const held = this.#options.state()?.batches
    return Math.max(this.#options.seen.epoch, held?.find(held.last)?.epoch ?? 0)
  }

  /** This state is not that of the journal's writers: it never leads, and is kept for an operator. */
  #diverge(error: DivergedError, payload: Uint8Array): void {
    const { shard, seams, state } = this.#options
    const exchange = state()?.exchange
    const name = `diverged-${shard}-${exchange?.sequence ?? 0}`
    const facts = { shard, sequence: exchange?.sequence, reason: error.message }
    const kept = seams.evidence.keep(name, payload, facts)
    if (exchange) seams.evidence.keep(`${name}-snapshot`, exchange.snapshot(), facts)
    seams.conditions.set('hash-equal', false, error.message)
    seams.log.error({ ...facts, kept }, 'diverged: this member never leads')
    this.#await('diverged')
  }

  /** The journal needs what this build does not know. */
  #refuse(reason: string): void {
    const { conditions, log } = this.#options.seams
    conditions.set('compatible', false, reason)
    log.error({ reason }, 'unfit: this build cannot lead the shard')
    this.#await('unfit')
  }

  /** False when the journal was claimed or decided on since the loss was found. */
  #tell({ reason, epochSeen, foundAt }: Lost): Promise<boolean> {
    const { lease } = this.#options.seams
    return lease.halt(`${lease.holder}: ${reason}`, { epochSeen, foundAt })
  }

  /** Stay until the shard is no longer halted; `before` is done each time before looking. */
  #awaitRelease(before: () => Promise<void>): void {
    this.held.keep()
    this.#await('halted', async () => {
      await before()
      const { halted } = await this.#options.seams.lease.look()
      if (halted !== undefined || this.#isRepairing) return undefined
      // A fail-over can lose a halt, too.
      const lost = await this.#lost()
      if (lost !== undefined) {
        await this.#tell(lost)
        return undefined
      }
      this.held.forget()
      return 'no longer halted'
    })
  }

  /** Stay until `decided` returns why the process should restart. */
  #await(role: Role, decided?: () => Promise<string | undefined>): void {
    const { seams, signal, enter } = this.#options
    enter(role)
    const poll = (): void => {
      if (!decided) return
      seams.timers.after(DECISION_POLL_MS, () => {
        if (signal.aborted) return
        decided().then(
          (reason) => (reason === undefined ? poll() : seams.fail(reason)),
          () => poll(),
        )
      })
    }
    poll()
  }
}

/** What the journal says of a batch that was executed here and is not in it: `last` is the batch's end, `end` the journal's. */
function missing(last: number, end: number): string {
  if (end < last) return `the journal ends at ${end}, our state at ${last}`
  return `the journal holds another batch than the one that was executed at ${last}`
}

/** Whether it is the build that lacks something: a behaviour, or a version of batches or snapshots. */
function isUnfitness(error: unknown): error is Error {
  return error instanceof UnfitError || error instanceof ProtocolError || error instanceof SnapshotError
}
