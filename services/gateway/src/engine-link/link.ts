import {
  type Command,
  CommandKind,
  outcomeHasWork,
  outcomeKind,
  outcomeNumber,
  outcomeReject,
  outcomeSequence,
  outcomeSession,
  outcomeWords,
  Reject,
} from '@uptick/core'
import { HOLD_MS_DEFAULT } from '@uptick/link'
import { isLate, type AnswerTo, type Hello, type Question, type QuestionKind, type Welcome } from '@uptick/protocol'
import { CatalogueFollower } from './catalogue-follower.ts'
import { Catalogue } from './catalogue.ts'
import { ClockWatch } from './clock-watch.ts'
import { CommandPipe } from './command-pipe.ts'
import { Connection, type FeedFrame } from './connection.ts'
import { FeedPlace } from './feed-place.ts'
import { QUEUE_MAX_DEFAULT, type LinkOptions } from './link-options.ts'
import type { LinkState } from './link-state.ts'
import type { FeedResetListener, OutcomesListener, OutcomeView } from './outcome-view.ts'
import { type Answer, QueryBook } from './query-book.ts'
import { WorkFollower } from './work-follower.ts'

/** How often the hold is checked, and so how exactly it is kept. */
const SWEEP_MS = 25
const WINDOW_DEFAULT = 1
/** A question is open and no frame came for this long: the engine is frozen or cut off, so try another. */
const SILENCE_MS_MAX = 1_500

/**
 * The gateway's end of the link to a shard's leader. It sends commands exactly once, follows the feed without gaps,
 * asks questions, and finds the leader among the engines. It hides a change of leader from callers: unanswered commands
 * and questions are sent again.
 */
export class EngineLink {
  readonly catalogue = new Catalogue()
  readonly #options: LinkOptions
  readonly #follows: boolean
  readonly #pipe: CommandPipe
  readonly #work: WorkFollower
  readonly #queries: QueryBook
  readonly #listing: CatalogueFollower
  readonly #clockWatch: ClockWatch
  readonly #connection: Connection
  readonly #outcomes: OutcomesListener[] = []
  readonly #resets: FeedResetListener[] = []
  readonly #states: ((connected: boolean) => void)[] = []
  #window = WINDOW_DEFAULT
  #welcomed = false
  #helloAt = 0
  /** Commands may be sent: the engine's clock is known, so they have a deadline. */
  #isReady = false
  #shard = 0
  #epoch = 0
  readonly #place: FeedPlace
  #flushing = false
  #sweeping = false
  #heardAt = 0
  #closed = false

  constructor(options: LinkOptions) {
    const { clock, queueMax = QUEUE_MAX_DEFAULT, holdMs = HOLD_MS_DEFAULT } = options
    this.#options = options
    this.#follows = options.follows ?? true
    this.#place = new FeedPlace(clock, this.#follows)
    this.#work = new WorkFollower(clock, holdMs, (symbol) => this.#pipe.release(symbol))
    this.#clockWatch = new ClockWatch(options, () => this.query({ kind: 'clock' }))
    const { engine: engineClock } = this.#clockWatch
    const pipe = { clock, queueMax, holdMs, busy: this.#work.busy, engineClock, observer: options.observer }
    this.#pipe = new CommandPipe(this.#newSession(), pipe)
    this.#queries = new QueryBook(clock, queueMax, holdMs)
    this.#listing = new CatalogueFollower(
      this.catalogue,
      () => this.query({ kind: 'catalogue' }),
      () => this.#tellState(),
      (run) => options.timers.after(SWEEP_MS, run),
    )
    this.#connection = new Connection(options, {
      hello: () => this.#hello(),
      refused: (reason) => this.#refused(reason),
      welcomed: (welcome) => this.#welcome(welcome),
      fed: (frame) => this.#feed(frame),
      replied: (frame) => this.#scan(frame.words, frame.start, frame.end),
      answered: (id, sequence, value) => this.#queries.answer(id, sequence, value),
      heard: () => (this.#heardAt = clock.elapsed()),
      lost: () => this.#lost(),
    })
  }

  /** Dial. The feed begins with outcome `feedFrom`, or with the oldest one that the engine still has. */
  start(options: { readonly feedFrom?: number } = {}): void {
    this.#place.begin(options.feedFrom ?? 1)
    this.#connection.start()
  }

  get state(): LinkState {
    return {
      connected: this.#welcomed && this.#listing.isLoaded,
      shard: this.#shard,
      epoch: this.#epoch,
      sequence: this.#place.sequence,
      queued: this.#pipe.queued,
      unanswered: this.#pipe.unanswered,
    }
  }

  /** The session under which this gateway sends its commands. */
  get session(): number {
    return this.#pipe.session
  }

  /** Last outcome received. Everything that a caller can have seen here is at or before it. */
  get sequence(): number {
    return this.#place.sequence
  }

  /**
   * Have the engine execute one command exactly once. `build` fills a reset `Command` (all but session, number,
   * confirmed) when the command leaves the queue, and again for a resend; it must fill in the same each time. The
   * command is not sent for the first time after `sendBefore` (µs): -1021. Rejects with -1008 when it never reached the
   * engine within the hold, and with -1007 when it was sent and its outcome is unknown. Counts for `account` unless
   * that is 0.
   */
  submit(build: (command: Command) => void, sendBefore = Number.POSITIVE_INFINITY, account = 0): Promise<OutcomeView> {
    const outcome = this.#pipe.submit(build, sendBefore, account)
    this.#wake()
    return outcome
  }

  /** Ask the engine, which has executed all that was answered here. -1008 past the hold. Counts as `submit`. */
  query<Kind extends QuestionKind>(question: Question<Kind>, account = 0): Promise<Answer<AnswerTo<Kind>>> {
    const answer = this.#queries.ask(question, account)
    this.#wake()
    return answer
  }

  onOutcomes(listener: OutcomesListener): void {
    this.#outcomes.push(listener)
  }

  onFeedReset(listener: FeedResetListener): void {
    this.#resets.push(listener)
  }

  /** Called when the link comes up (catalogue loaded) and when it is lost. */
  onState(listener: (connected: boolean) => void): void {
    this.#states.push(listener)
  }

  /** Answer all callers that wait (-1008, -1007) and hang up. */
  close(): void {
    this.#closed = true
    this.#clockWatch.end()
    this.#connection.close()
    for (const part of [this.#pipe, this.#queries, this.#work]) part.close()
  }

  /** Hang up until `start`. Calls wait meanwhile, as while no engine answers. */
  rest(): void {
    this.#clockWatch.end()
    this.#connection.close()
  }

  #hello(): Hello {
    this.#helloAt = this.#options.clock.elapsed()
    return { instance: this.#options.instance, session: this.#pipe.session, ...this.#place.wanted }
  }

  #refused(reason: unknown): void {
    if (this.#place.refused(reason)) this.#options.log('the feed begins anew: it was of another history', { reason })
  }

  #newSession(): number {
    return 1 + Math.floor(this.#options.random() * (Number.MAX_SAFE_INTEGER - 1))
  }

  #wake(): void {
    if (!this.#sweeping) this.#heardAt = this.#options.clock.elapsed()
    if (!this.#flushing) {
      this.#flushing = true
      this.#options.timers.endOfTurn(() => {
        this.#flushing = false
        this.#flush()
      })
    }
    this.#armSweep()
  }

  #flush(): void {
    if (!this.#welcomed) return
    if (this.#isReady) for (const frame of this.#pipe.send(this.#window)) this.#connection.send(frame)
    for (const frame of this.#queries.send()) this.#connection.send(frame)
  }

  #armSweep(): void {
    if (this.#sweeping || this.#closed) return
    this.#sweeping = true
    this.#options.timers.after(SWEEP_MS, () => this.#sweep())
  }

  #sweep(): void {
    for (const part of [this.#pipe, this.#queries, this.#work]) part.expire()
    // Without the feed the link does not learn when a market is free.
    if (!this.#follows) this.#forgetWork()
    this.#sweeping = false
    if (this.#pipe.idle && this.#queries.size === 0 && this.#work.unfinished === 0) return
    const silence = this.#options.clock.elapsed() - this.#heardAt
    if (this.#welcomed && silence > SILENCE_MS_MAX) this.#connection.drop('the engine is silent')
    this.#armSweep()
  }

  #welcome(welcome: Welcome): void {
    this.#shard = welcome.shard
    this.#epoch = welcome.epoch
    this.#window = welcome.windowMax
    this.#welcomed = true
    this.#heardAt = this.#options.clock.elapsed()
    if (this.#place.sequence > welcome.durable) {
      this.#options.log('the engine is behind what it has published before', { seen: this.sequence, ...welcome })
      this.#place.forget()
    }
    const start = Math.max(this.#place.next, Math.min(welcome.oldest, welcome.durable + 1))
    if (this.#follows) this.#feedStartsAt(start)
    this.#pipe.noteHeld()
    this.#clockWatch.begin(welcome.extras, this.#helloAt, () => this.#sendAgain())
    if (this.#follows) this.#listing.load(() => this.#welcomed && !this.#closed)
    this.#flush()
  }

  #sendAgain(): void {
    this.#isReady = true
    for (const frame of [...this.#pipe.opening(), ...this.#pipe.resend()]) this.#connection.send(frame)
    this.#flush()
  }

  #feedStartsAt(next: number): void {
    if (!this.#place.goOn(next)) return
    this.#forgetWork()
    for (const listener of this.#resets) listener(next)
  }

  #forgetWork(): void {
    this.#work.reset()
    this.#pipe.releaseAll()
  }

  #feed(frame: FeedFrame): void {
    this.#epoch = frame.epoch
    if (frame.last < this.#place.next) return
    if (frame.first > this.#place.next) this.#feedStartsAt(frame.first)
    let from = frame.start
    const first = this.#place.next
    for (let sequence = frame.first; sequence < first; sequence++) from += outcomeWords(frame.words, from)
    this.#place.fed(frame, from)
    this.#scan(frame.words, from, frame.end)
    for (const listener of this.#outcomes) listener(frame.words, from, frame.end, first, frame.last)
    if (this.#pipe.queued > 0) this.#wake()
  }

  #scan(words: Int32Array, from: number, to: number): void {
    for (let at = from; at < to; at += outcomeWords(words, at)) {
      if (this.#follows && outcomeHasWork(words, at)) this.#work.follow(words, at)
      if (outcomeSession(words, at) === this.#pipe.session) this.#reply(words, at)
      if (this.#follows) this.#listing.follow(words, at, outcomeSequence(words, at))
    }
  }

  #reply(words: Int32Array, offset: number): void {
    const reject = outcomeReject(words, offset)
    const kind = outcomeKind(words, offset)
    if (reject === Reject.SESSION_UNKNOWN || reject === Reject.SESSION_GAP) {
      this.#options.log('the session is gone, opening another', { session: this.#pipe.session, reject })
      this.#pipe.renew(this.#newSession())
      this.#connection.drop('the session is gone')
      return
    }
    if (kind === CommandKind.OPEN_SESSION) return
    const number = outcomeNumber(words, offset)
    if (isLate(words, offset)) this.#pipe.late(number)
    else if (reject === Reject.MARKET_BUSY) this.#pipe.refused(number)
    else if (!this.#follows) this.#pipe.answer(number, { words, offset })
    else this.#pipe.answer(number, this.#work.complete({ words, offset }, this.#pipe.waitsSince(number)))
  }

  #lost(): void {
    const was = this.state.connected
    this.#welcomed = this.#isReady = false
    this.#clockWatch.end()
    this.#queries.forgetConnection()
    if (was) this.#tellState()
  }

  #tellState(): void {
    const { connected } = this.state
    for (const listener of this.#states) listener(connected)
  }
}
