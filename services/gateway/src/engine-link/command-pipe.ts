import { strict as assert } from 'node:assert'
import { Command, CommandKind, namesMarket } from '@uptick/core'
import type { PublicError } from '@uptick/protocol'
import { ShareCount } from '../limits/share-count.ts'
import { CommandQueue } from './command-queue.ts'
import { HeldCommands } from './held-commands.ts'
import { OUTCOME_UNKNOWN, OUTSIDE_WINDOW, SERVER_BUSY } from './link-errors.ts'
import { ACCOUNT_PARTS } from './link-options.ts'
import { OutgoingFrames } from './outgoing-frames.ts'
import type { OutcomeView } from './outcome-view.ts'
import type { PipeOptions } from './pipe-options.ts'
import { type Build, newPending, nothing, type Pending, settle } from './pending-command.ts'

/**
 * The commands of one session on their way to the engine and back. Three modes, each entered from the one before:
 *
 * - *queued*: has no number yet. Leaves when sent, or past the hold with -1008: it never reached the engine.
 * - *sent*: numbered in order without gaps, and kept as its builder for a resend. Past the hold the caller gets -1007,
 *   but the entry stays, because its number must be resolved. From then on a resend carries TICK instead: the engine
 *   repeats the outcome if it executed the number, else it executes nothing. A copy that is still in the buffers of a
 *   dead connection has a deadline by the engine's clock. That is over, so no order is placed after its caller gave up
 *   on it.
 * - *answered*: the outcome came. The entry is removed, and `confirmed` rises, when all before it are answered too. A
 *   busy market executes nothing: the command is queued again when the market is free, and later commands for the same
 *   market wait behind it. The caller does not see this.
 */
export class CommandPipe {
  session: number
  readonly #options: PipeOptions
  readonly #command = new Command()
  readonly #frames = new OutgoingFrames()
  readonly #shares: ShareCount<number>
  readonly #queue = new CommandQueue<Pending>()
  #sent: Pending[] = []
  #sentHead = 0
  readonly #held = new HeldCommands<Pending>()
  /** Number of the entry at `#sentHead`. */
  #firstNumber = 1

  constructor(session: number, options: PipeOptions) {
    this.session = session
    this.#options = options
    this.#shares = new ShareCount(options.queueMax / ACCOUNT_PARTS)
  }

  get queued(): number {
    return this.#queue.count + this.#held.count
  }

  get unanswered(): number {
    return this.#sent.length - this.#sentHead
  }

  /** No caller waits, and no number is left to resolve. */
  get idle(): boolean {
    return this.queued === 0 && this.unanswered === 0
  }

  /** Every reply up to this number has been received. */
  get confirmed(): number {
    return this.#firstNumber - 1
  }

  /** Rejects with -1008 when the queue is full, or when too many of the account's commands are unanswered. */
  submit(build: Build, sendBefore: number, account: number): Promise<OutcomeView> {
    if (this.queued >= this.#options.queueMax) return Promise.reject(SERVER_BUSY)
    if (account === 0) return this.#enqueue(build, sendBefore)
    if (!this.#shares.take(account)) return Promise.reject(SERVER_BUSY)
    const outcome = this.#enqueue(build, sendBefore)
    const give = (): void => this.#shares.give(account)
    outcome.then(give, give)
    return outcome
  }

  #enqueue(build: Build, sendBefore: number): Promise<OutcomeView> {
    return new Promise((resolve, reject) => {
      this.#queue.add(newPending(build, sendBefore, this.#options.clock.elapsed(), resolve, reject))
    })
  }

  /** No engine led until now: every waiting caller has been held. */
  noteHeld(): void {
    for (const pending of this.#queue) pending.wasHeld = true
    for (const pending of this.#inFlight) pending.wasHeld = true
  }

  /** OPEN_SESSION, the first command on every connection. */
  opening(): Buffer[] {
    const command = this.#command
    command.reset()
    command.kind = CommandKind.OPEN_SESSION
    command.session = this.session
    command.confirmed = this.confirmed
    this.#frames.begin(this.session)
    this.#frames.add(command, Number.POSITIVE_INFINITY)
    return this.#frames.finish()
  }

  /** Frames with everything that was sent and not answered, in order; for a new connection. */
  resend(): Buffer[] {
    // This process may have been frozen: a command whose hold is over must not be sent again.
    this.#giveUpSent()
    this.#frames.begin(this.session)
    for (const [index, pending] of this.#inFlight.entries()) this.#add(pending, this.#firstNumber + index)
    return this.#frames.finish()
  }

  /** Frames with the queued commands, as far as `windowMax` unanswered commands allow. */
  send(windowMax: number): Buffer[] {
    const now = this.#options.clock.now()
    const before = this.#heldBefore
    this.#frames.begin(this.session)
    for (let pending; this.unanswered < windowMax && (pending = this.#queue.next()) !== undefined;) {
      if (pending.queuedAt <= before) {
        this.#giveUp(pending, SERVER_BUSY)
        continue
      }
      if (now > pending.sendBefore) {
        settle(pending, OUTSIDE_WINDOW)
        continue
      }
      try {
        if (this.#holdBack(pending)) continue
        this.#add(pending, this.#firstNumber + this.unanswered)
      } catch (error) {
        settle(pending, error)
        continue
      }
      this.#sent.push(pending)
    }
    return this.#frames.finish()
  }

  /** The market of command `number` is busy, and nothing was executed: hold the command until the market is free. */
  refused(number: number): void {
    const pending = this.#unansweredOf(number)
    if (pending === undefined) return
    pending.answered = true
    if (!pending.settled) {
      const symbol = this.#marketOf(pending)
      if (symbol !== undefined) this.#options.busy.add(symbol)
      this.#held.hold(symbol, { ...pending, sends: 0, answered: false })
    }
    this.#trim()
  }

  /** The market is free: its held commands go first. */
  release(symbol: number): void {
    this.#queue.putFirst(this.#held.release(symbol))
  }

  /** It is unknown which markets are busy: try all held commands again. */
  releaseAll(): void {
    this.#queue.putFirst(this.#held.releaseAll())
  }

  /** When the caller of command `number` began to wait, as `Clock.elapsed`; undefined when no caller waits. */
  waitsSince(number: number): number | undefined {
    const pending = this.#sent[number - this.#firstNumber + this.#sentHead]
    return pending === undefined || pending.settled ? undefined : pending.queuedAt
  }

  /** The outcome of `number` arrived. Ignored when the number is answered already. */
  answer(number: number, outcome: OutcomeView | PromiseLike<OutcomeView>): void {
    const pending = this.#unansweredOf(number)
    if (pending === undefined) return
    pending.answered = true
    if (!pending.settled) {
      pending.settled = true
      pending.resolve(outcome)
      const { observer, clock } = this.#options
      if (pending.wasHeld) observer?.held(clock.elapsed() - pending.queuedAt)
    }
    this.#trim()
  }

  /** Command `number` reached the engine after its deadline: it was not executed, and never will be. */
  late(number: number): void {
    const pending = this.#unansweredOf(number)
    if (pending === undefined) return
    pending.answered = true
    this.#giveUp(pending, SERVER_BUSY)
    this.#trim()
  }

  /** Answer all callers that have waited longer than the hold. */
  expire(): void {
    const before = this.#heldBefore
    for (const pending of [...this.#queue.expire(before), ...this.#held.expire(before)])
      this.#giveUp(pending, SERVER_BUSY)
    this.#giveUpSent()
  }

  /**
   * The engine does not know the session (it expired): continue with a new one. A command that was sent once was
   * refused, so it is queued again, in front. A command that was sent more often may have been executed in the old
   * session, which no engine remembers: its outcome is unknown.
   */
  renew(session: number): void {
    const again: Pending[] = []
    for (const pending of this.#sent.slice(this.#sentHead)) {
      if (pending.settled) continue
      if (pending.sends > 1) settle(pending, OUTCOME_UNKNOWN)
      else {
        pending.sends = 0
        again.push(pending)
      }
    }
    this.#queue.putFirst(again)
    this.#sent = []
    this.#sentHead = 0
    this.#firstNumber = 1
    this.session = session
  }

  /** Answer all callers: queued commands with -1008, sent ones with -1007. */
  close(): void {
    const ever = Number.POSITIVE_INFINITY
    for (const pending of [...this.#queue.expire(ever), ...this.#held.expire(ever)]) settle(pending, SERVER_BUSY)
    for (const pending of this.#inFlight) settle(pending, OUTCOME_UNKNOWN)
  }

  /** Command `number`, if it was sent and is not answered. */
  #unansweredOf(number: number): Pending | undefined {
    const pending = this.#sent[number - this.#firstNumber + this.#sentHead]
    return pending === undefined || pending.answered ? undefined : pending
  }

  /** A caller that began to wait at this moment or earlier has waited longer than the hold: `Clock.elapsed`. */
  get #heldBefore(): number {
    return this.#options.clock.elapsed() - this.#options.holdMs
  }

  /** All entries from the first unanswered one on. */
  get #inFlight(): Pending[] {
    return this.#sent.slice(this.#sentHead)
  }

  #giveUpSent(): void {
    const before = this.#heldBefore
    // Check all of them: a command that waited for a busy market is sent after later ones.
    for (const pending of this.#inFlight) {
      if (pending.settled || pending.queuedAt > before) continue
      this.#giveUp(pending, OUTCOME_UNKNOWN)
      pending.build = nothing
    }
  }

  #giveUp(pending: Pending, reason: PublicError): void {
    if (settle(pending, reason)) this.#options.observer?.gaveUp(reason === SERVER_BUSY ? 'busy' : 'unknown')
  }

  /** Hold a command whose market is known to be busy. */
  #holdBack(pending: Pending): boolean {
    const { busy } = this.#options
    if (busy.size === 0) return false
    const symbol = this.#marketOf(pending)
    if (symbol === undefined || !busy.has(symbol)) return false
    this.#held.hold(symbol, pending)
    return true
  }

  /** The symbol that a command names, if it names one. */
  #marketOf(pending: Pending): number | undefined {
    const command = this.#command
    command.reset()
    pending.build(command)
    return namesMarket(command.kind) ? command.symbol : undefined
  }

  #add(pending: Pending, number: number): void {
    const command = this.#command
    command.reset()
    pending.build(command)
    command.session = this.session
    command.number = number
    command.confirmed = this.confirmed
    const { engineClock, holdMs } = this.#options
    const end = pending.settled ? Number.POSITIVE_INFINITY : pending.queuedAt + holdMs
    this.#frames.add(command, engineClock.deadline(end))
    pending.sends++
  }

  #trim(): void {
    while (this.#sent[this.#sentHead]?.answered === true) {
      this.#sentHead++
      this.#firstNumber++
    }
    assert(this.#sentHead <= this.#sent.length)
    if (this.#sentHead === this.#sent.length) {
      this.#sent.length = 0
      this.#sentHead = 0
    } else if (this.#sentHead > 1024 && this.#sentHead * 2 > this.#sent.length) {
      this.#sent = this.#sent.slice(this.#sentHead)
      this.#sentHead = 0
    }
  }
}
