import { strict as assert } from 'node:assert'
import { Command, CommandKind, namesMarket } from '@uptick/core'
import { CommandsFrame } from '@uptick/protocol'
import { OUTSIDE_WINDOW } from '../auth/time-window.ts'
import { ShareCount } from '../limits/share-count.ts'
import { CommandQueue } from './command-queue.ts'
import { HeldCommands } from './held-commands.ts'
import { OUTCOME_UNKNOWN, SERVER_BUSY } from './link-errors.ts'
import { ACCOUNT_PARTS } from './link-options.ts'
import type { OutcomeView } from './outcome-view.ts'
import type { PipeOptions } from './pipe-options.ts'
import { type Build, nothing, type Pending, settle } from './pending-command.ts'

/** Words of one frame before the next is begun: well under the link's frame bound. */
const FRAME_WORDS_MAX = 1 << 18

/**
 * The commands of one session on their way to the engine and back. Three modes, each entered from the one before:
 *
 * - *queued*: no number yet. Leaves when sent, or past the hold with -1008: it never reached the engine.
 * - *sent*: numbered, in order, without gaps, and kept as its builder, so that it can be sent again. Past the hold its
 *   caller gets -1007, but it stays: the number must be resolved. From then on a resend carries TICK instead of the
 *   command: the engine repeats the outcome if it executed the number, else executes nothing – no order comes to life
 *   long after its trader gave up on it.
 * - *answered*: the outcome came; removed as soon as all before it are answered too, which raises `confirmed`. A market
 *   that is busy executed nothing: the command is queued again when it is free, and until then those for the same market
 *   wait behind it. The caller sees none of that.
 */
export class CommandPipe {
  session: number
  readonly #options: PipeOptions
  readonly #command = new Command()
  readonly #frame = new CommandsFrame()
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

  /** Nobody waits and nothing is left to resolve. */
  get idle(): boolean {
    return this.queued === 0 && this.unanswered === 0
  }

  /** Every reply up to this number has been received. */
  get confirmed(): number {
    return this.#firstNumber - 1
  }

  /** Refused with -1008 when the queue is full, or when too many of the account's commands are unanswered. */
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
      const queuedAt = this.#options.clock.elapsed()
      this.#queue.add({
        build,
        resolve,
        reject,
        queuedAt,
        sendBefore,
        sends: 0,
        wasHeld: false,
        settled: false,
        answered: false,
      })
    })
  }

  /** There has been no leader until now: whoever waits has been held. */
  noteHeld(): void {
    for (const pending of this.#queue) pending.wasHeld = true
    for (let i = this.#sentHead; i < this.#sent.length; i++) this.#sent[i]!.wasHeld = true
  }

  /** OPEN_SESSION, the first command on every connection. */
  opening(): Buffer {
    const command = this.#command
    command.reset()
    command.kind = CommandKind.OPEN_SESSION
    command.session = this.session
    command.confirmed = this.confirmed
    this.#frame.begin(this.session).add(command)
    return this.#frame.finish()
  }

  /** Frames with everything that was sent and not answered, in order; for a new connection. */
  resend(): Buffer[] {
    const frames: Buffer[] = []
    this.#frame.begin(this.session)
    for (let i = this.#sentHead; i < this.#sent.length; i++) {
      const pending = this.#sent[i]!
      this.#add(pending, this.#firstNumber + i - this.#sentHead)
      if (this.#frame.words >= FRAME_WORDS_MAX) this.#finish(frames)
    }
    this.#finish(frames)
    return frames
  }

  /** Frames with what is queued, as far as `windowMax` unanswered commands allow. */
  send(windowMax: number): Buffer[] {
    const frames: Buffer[] = []
    const now = this.#options.clock.now()
    this.#frame.begin(this.session)
    while (this.#queue.count > 0 && this.unanswered < windowMax) {
      const pending = this.#queue.next()!
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
      if (this.#frame.words >= FRAME_WORDS_MAX) this.#finish(frames)
    }
    this.#finish(frames)
    return frames
  }

  /** The market of command `number` is busy, nothing was executed: keep it until the market is free. */
  refused(number: number): void {
    const index = number - this.#firstNumber + this.#sentHead
    if (index < this.#sentHead || index >= this.#sent.length) return
    const pending = this.#sent[index]!
    if (pending.answered) return
    pending.answered = true
    if (!pending.settled) {
      const symbol = this.#marketOf(pending)
      if (symbol !== undefined) this.#options.busy.add(symbol)
      this.#held.hold(symbol, { ...pending, sends: 0, answered: false })
    }
    this.#trim()
  }

  /** The market is free: what waited for it goes first. */
  release(symbol: number): void {
    this.#queue.putFirst(this.#held.release(symbol))
  }

  /** Nothing is known of what is busy: try everything again. */
  releaseAll(): void {
    this.#queue.putFirst(this.#held.releaseAll())
  }

  /** When the caller of command `number` began to wait, as `Clock.elapsed`; undefined when nobody waits. */
  waitsSince(number: number): number | undefined {
    const pending = this.#sent[number - this.#firstNumber + this.#sentHead]
    return pending === undefined || pending.settled ? undefined : pending.queuedAt
  }

  /** The outcome of `number` arrived; one that is answered already is ignored. */
  answer(number: number, outcome: OutcomeView | PromiseLike<OutcomeView>): void {
    const index = number - this.#firstNumber + this.#sentHead
    if (index < this.#sentHead || index >= this.#sent.length) return
    const pending = this.#sent[index]!
    if (pending.answered) return
    pending.answered = true
    if (!pending.settled) {
      pending.settled = true
      pending.resolve(outcome)
      const { observer, clock } = this.#options
      if (pending.wasHeld) observer?.held(clock.elapsed() - pending.queuedAt)
    }
    this.#trim()
  }

  /** Answer everybody who has waited past the hold. */
  expire(): void {
    const before = this.#options.clock.elapsed() - this.#options.holdMs
    for (const pending of [...this.#queue.expire(before), ...this.#held.expire(before)]) {
      if (settle(pending, SERVER_BUSY)) this.#options.observer?.gaveUp('busy')
    }
    // All of them: what waited for a busy market is sent after others that came later.
    for (let i = this.#sentHead; i < this.#sent.length; i++) {
      const pending = this.#sent[i]!
      if (pending.settled || pending.queuedAt > before) continue
      if (settle(pending, OUTCOME_UNKNOWN)) this.#options.observer?.gaveUp('unknown')
      pending.build = nothing
    }
  }

  /**
   * The engine does not know the session (it expired): go on with a new one. What was sent once was refused, so it is
   * queued again, in front; what was sent more often may have been executed in the old session, which nobody
   * remembers: its outcome is unknown.
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

  /** Answer everybody: queued commands with -1008, sent ones with -1007. */
  close(): void {
    const ever = Number.POSITIVE_INFINITY
    for (const pending of [...this.#queue.expire(ever), ...this.#held.expire(ever)]) settle(pending, SERVER_BUSY)
    for (let i = this.#sentHead; i < this.#sent.length; i++) settle(this.#sent[i]!, OUTCOME_UNKNOWN)
  }

  /** Keep a command for a market that is known to be busy. */
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
    this.#frame.add(command)
    pending.sends++
  }

  #finish(frames: Buffer[]): void {
    if (this.#frame.count > 0) frames.push(this.#frame.finish())
    this.#frame.begin(this.session)
  }

  #trim(): void {
    while (this.#sentHead < this.#sent.length && this.#sent[this.#sentHead]!.answered) {
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
