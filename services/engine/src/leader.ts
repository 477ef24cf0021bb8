import { Command, CommandKind, type Exchange } from '@uptick/core'
import {
  encodeAnswer,
  encodeWelcome,
  isAsked,
  type AnswerTo,
  type CommandsFrameView,
  type HelloFrame,
  type JoinFrame,
  type QueryFrame,
} from '@uptick/protocol'
import type { ClosedOrders } from './closed-orders.ts'
import { CommandQueue } from './command-queue.ts'
import { Committer } from './committer.ts'
import { ReadIndex } from './read-index.ts'
import { mayAsk, type PeerRole } from './entitlement.ts'
import { Feed } from './feed.ts'
import { watchHead } from './head-watch.ts'
import { CloseCode, sayGoodbye } from './link-errors.ts'
import { Inquiries } from './inquiries.ts'
import { JournalClock } from './journal-clock.ts'
import { LinkTable, type Link } from './link-table.ts'
import { AWAY_MS_MAX, LINK_WINDOW_MAX, SESSION_SWEEP_MS, STUCK_SWEEP_MS } from './limits.ts'
import { MemberTable, type Member } from './member-table.ts'
import { queueActivations, queueRecords } from './queue-records.ts'
import { processesOf } from './processes.ts'
import { ReplyGate } from './reply-gate.ts'
import type { OutcomesChunk, RetainedOutcomes } from './retained-outcomes.ts'
import type { LinkSocket } from './seams.ts'
import { Sequencer, type SequencedBatch } from './sequencer.ts'
import { SessionExpiry } from './session-expiry.ts'
import { Sweeps } from './sweeps.ts'
import type { LeaderSeams, LeaderSettings, LedState, Term, TermEvents } from './term.ts'
import { Testimony } from './testimony.ts'
import { trespass } from './trespass.ts'
import { Wakefulness } from './wakefulness.ts'
import { WritingTrouble } from './writing-trouble.ts'

const MEMBER_BEAT_MS = 250

/** One epoch of leading a shard: everything between a frame of commands and the frame of outcomes that answers it. */
export class Leader {
  readonly exchange: Exchange
  readonly epoch: number
  readonly role = 'leader'
  readonly closedOrders: ClosedOrders
  readonly links: LinkTable
  readonly members: MemberTable
  readonly writingTrouble: WritingTrouble
  readonly #seams: LeaderSeams
  readonly #settings: LeaderSettings
  readonly #state: LedState
  readonly #events: TermEvents
  readonly #gate: ReplyGate
  readonly #feed: Feed
  readonly #testimony: Testimony
  readonly #queue = new CommandQueue()
  readonly #readIndex: ReadIndex
  readonly #inquiries: Inquiries
  readonly #committer: Committer<SequencedBatch>
  readonly #sequencer: Sequencer
  readonly #sessions: SessionExpiry
  readonly #sweeps: Sweeps
  readonly #wakefulness: Wakefulness
  /** No leader has sequenced anything yet: the first commands are activations. */
  #isNew: boolean
  #drained: (() => void) | undefined

  constructor(seams: LeaderSeams, settings: LeaderSettings, state: LedState, term: Term, events: TermEvents) {
    const { exchange, closedOrders, retained, batches } = state
    const { journal, lease, clock, timers, observer } = seams
    const { epoch } = term
    this.#seams = seams
    this.#settings = settings
    this.#state = state
    this.#events = events
    this.exchange = exchange
    this.epoch = epoch
    this.#isNew = exchange.sequence === 0
    this.closedOrders = closedOrders
    this.links = new LinkTable(clock)
    this.members = new MemberTable({ ...settings, ...seams, epoch, batches })
    this.writingTrouble = new WritingTrouble(clock)
    this.#gate = new ReplyGate(exchange.sequence, term.mayAnswer)
    this.#feed = new Feed(retained)
    this.#testimony = new Testimony({ epoch, retained, journal, events })
    this.#readIndex = new ReadIndex({ look: term.leads, timers, events })
    this.#inquiries = new Inquiries(this, this.#queue, this.#gate, this.#readIndex)
    this.#sessions = new SessionExpiry(exchange)
    this.#committer = new Committer(journal, timers, {
      durable: (batch) => this.#durable(batch),
      fenced: () => events.fenced(),
      rolledBack: (error) => events.rolledBack(error),
      halted: (error) => events.halted(error),
      trouble: (error) => {
        this.writingTrouble.heard(error)
        events.trouble(error)
        if (error === undefined) this.#sequencer.wake()
      },
    })
    this.#sequencer = new Sequencer({
      exchange,
      epoch,
      queue: this.#queue,
      retained,
      committer: this.#committer,
      clock,
      journalClock: new JournalClock(clock, () => lease.reading),
      timers,
      appendsInFlightMax: settings.appendsInFlightMax,
      events: {
        late: (commands) => observer.late?.(commands),
        executed: (batch, outcomes) => this.#executed(batch, outcomes),
        poisoned: (poison) => events.poisoned(poison),
      },
    })
    this.#wakefulness = new Wakefulness(clock, () => this.links.deafen())
    this.#sweeps = new Sweeps(timers)
    this.#sweeps.every(AWAY_MS_MAX / 5, () => {
      if (term.mayAnswer()) this.links.closeDeaf()
      this.#wakefulness.check()
    })
    this.#sweeps.every(SESSION_SWEEP_MS, () => this.#expireSessions())
    this.#sweeps.every(STUCK_SWEEP_MS, () => {
      this.links.closeStuck()
      this.members.closeSilent()
    })
    watchHead(this.#sweeps, { epoch, journal, batches, events })
    this.#sweeps.every(MEMBER_BEAT_MS, () => this.members.beat())
    this.#sequencer.start()
  }

  get durable(): number {
    return this.#gate.durable
  }

  get queued(): number {
    return this.#queue.count
  }

  get elapsed(): number {
    return this.#seams.clock.elapsed()
  }

  get appendsInFlight(): number {
    return this.#committer.inFlight
  }

  get held(): number {
    return this.#gate.heldCount
  }

  get retained(): RetainedOutcomes {
    return this.#state.retained
  }

  /** A gateway said HELLO: welcome it and start its feed. Undefined when it was turned away instead. */
  welcome(socket: LinkSocket, hello: HelloFrame, role: PeerRole): Link | undefined {
    const refusal = this.#testimony.refusal(hello, this.durable)
    const link = refusal ?? this.links.open(socket, { instance: hello.instance, session: hello.session, role })
    if (link === undefined || typeof link === 'string') {
      sayGoodbye(socket, link ?? 'too-many-links', CloseCode.TRY_AGAIN_LATER)
      return undefined
    }
    this.#sessions.used(hello.session, this.elapsed)
    const { shard, ackPolicy } = this.#settings
    const { epoch, durable, elapsed } = this
    const { oldest } = this.#feed
    const windowMax = LINK_WINDOW_MAX
    socket.send(encodeWelcome({ shard, epoch, durable, oldest, windowMax, extras: { ackPolicy, elapsed } }))
    const mode = hello.feedFrom < 0 ? 'replies' : 'feed'
    const next = mode === 'feed' ? Math.max(hello.feedFrom, oldest) : durable + 1
    link.subscription = this.#feed.subscribe({ socket, mode, session: hello.session, next })
    return link
  }

  /** Accept a frame of commands into the bounded queue, or close the link that passed a bound. */
  accept(link: Link, frame: CommandsFrameView): void {
    const { count, start, end } = frame
    this.#wakefulness.check()
    if (link.isDeaf) return
    const reason = trespass(link, frame)
    if (reason !== undefined) return link.close(CloseCode.POLICY_VIOLATION, reason)
    if (!this.#queue.hasRoom(count, end - start)) {
      link.close(CloseCode.TRY_AGAIN_LATER, 'the queue of commands is full')
      return
    }
    link.unanswered += count
    this.#sessions.used(frame.session, this.elapsed)
    if (this.#isNew) queueActivations(this.#queue, this.members.supported())
    this.#isNew = false
    queueRecords(this.#queue, frame, link.slot, () => this.members.supported())
    this.#sequencer.wake()
  }

  /** A standby said JOIN. Undefined when it was turned away instead. */
  join(socket: LinkSocket, frame: JoinFrame): Member | undefined {
    return this.members.join(socket, frame)
  }

  /** Answer a query once everything that came before it is executed, and once that state is durable. */
  query(link: Link, frame: QueryFrame): void {
    const { id, body } = frame
    if (link.isDeaf) return
    if (!mayAsk(link.role, body)) return link.close(CloseCode.POLICY_VIOLATION, 'an operator asks that')
    if (isAsked(body, 'handOff')) {
      const successor = this.members.successor()?.facts.url ?? null
      this.#gate.hold(0, () => link.send(encodeAnswer(id, this.durable, { successor })))
      if (successor !== null) this.#events.handOffAsked()
      return
    }
    this.#inquiries.ask(link, frame)
  }

  /** The processes of the shard; the link's gateway says with the question what it is. */
  processes(link: Link, body: unknown): AnswerTo<'processes'> {
    return processesOf({ ...this.#settings, ...this.#seams, leader: this }, link, body)
  }

  /** The link's socket took what it was given. */
  drained(link: Link): void {
    this.links.progressed(link)
    if (link.subscription && link.isOpen) this.#feed.pump(link.subscription)
  }

  /** The connection is gone. Commands on their way to the journal continue; its gateway resends unanswered ones. */
  detach(link: Link): void {
    if (link.subscription) this.#feed.closed(link.subscription)
    link.unanswered -= this.#queue.dropLink(link.slot)
    this.#sessions.used(link.session, this.elapsed)
    this.links.closed(link)
  }

  /** Stop sequencing; resolves when every batch under way is durable and its outcomes have left. */
  drain(): Promise<void> {
    this.#sequencer.stop()
    if (this.#committer.inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#drained = resolve
    })
  }

  /** The lease is certain again: release what had to wait for that. */
  resume(): void {
    this.#gate.resume()
  }

  /**
   * Release nothing any more and tell every gateway to look elsewhere: at the URL `leader`, if that is known. Commits
   * under way continue unless `stop` follows.
   */
  shut(reason: string, leader?: string): void {
    this.#sequencer.stop()
    this.#gate.shut()
    this.#readIndex.stop()
    this.#sweeps.stop()
    for (const link of this.links.all()) sayGoodbye(link.socket, reason, CloseCode.SERVICE_RESTART, leader)
  }

  /** Forget the commits under way: another member leads, or the process ends. */
  stop(): void {
    this.members.close('not leading any more')
    this.#committer.stop()
  }

  #executed(batch: SequencedBatch, outcomes: readonly OutcomesChunk[]): void {
    const { output } = this.exchange
    this.closedOrders.collect(output.words, output.length)
    this.#seams.observer.batch(batch.block.count, batch.payload.byteLength)
    this.#gate.hold(batch.last, () => {
      for (const chunk of outcomes) this.#feed.publish(chunk)
      this.links.answered(batch.block.byLink)
      this.#queue.recycle(batch.block)
    })
    for (const question of batch.block.questions.splice(0)) question()
  }

  #durable(batch: SequencedBatch): void {
    this.#seams.observer.committed(this.elapsed - batch.sentAt)
    this.#gate.advance(batch.last)
    this.#state.batches.add(batch, batch.time)
    this.members.publish()
    if (this.#committer.inFlight === 0) this.#drained?.()
    this.#sequencer.cut()
  }

  #expireSessions(): void {
    const expired = this.#sessions.expired(this.elapsed, (session) => this.links.hasSession(session))
    const command = new Command()
    for (const session of expired) {
      command.kind = CommandKind.EXPIRE_SESSION
      command.session = session
      this.#queue.addInternal(command)
    }
    if (expired.length > 0) this.#sequencer.wake()
  }
}
