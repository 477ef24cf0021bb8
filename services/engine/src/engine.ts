import { SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { JournalRolledBackError, type Journal, type Lease, type LeaseView } from '@uptick/journal'
import { BATCH_VERSIONS, ProtocolError } from '@uptick/protocol'
import type { Claimed } from './candidacy.ts'
import { describePoison } from './containment.ts'
import { Leader, type LeaderEvents } from './leader.ts'
import { Leadership, type HandOver } from './leadership.ts'
import { LinkHandler, type Away } from './link-handler.ts'
import { memberDesk } from './member-desk.ts'
import { RETRY_FIRST_MS, RETRY_MS_MAX } from './limits.ts'
import { hashText } from './queries.ts'
import { catchUp, recover, type Recovered, type RecoveryOptions } from './recovery.ts'
import { DivergedError, PoisonError, UnfitError } from './replica.ts'
import type { Clock, DialMember, Evidence, LinkSocket, OpenExchange, RecordedThrough, Timers } from './seams.ts'
import type { Poison } from './sequencer.ts'
import type { SnapshotPolicy } from './snapshot-taker.ts'
import { Standby, StandbyFailure } from './standby.ts'

const RECORDED_POLL_MS = 250
const DECISION_POLL_MS = 1_000

/** What the engine runs on. Everything that touches the world is in here. */
export interface EngineSeams {
  readonly journal: Journal
  readonly lease: Lease
  readonly dialMember: DialMember
  readonly clock: Clock
  readonly timers: Timers
  readonly evidence: Evidence
  readonly openExchange: OpenExchange
  readonly recordedThrough: RecordedThrough
  readonly conditions: { set(name: string, met: boolean, reason?: string): void }
  readonly log: EngineLog
  readonly observer: EngineObserver
  /** The process must end and be started again: its state cannot be used. */
  readonly fail: (reason: string, error?: unknown) => void
}

export interface EngineObserver extends Pick<LeaderEvents, 'batch' | 'committed'> {
  handedOver(milliseconds: number): void
  snapshot(bytes: number): void
}

export interface EngineLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface EngineSettings {
  readonly shard: number
  /** Where gateways and other members reach this engine. */
  readonly url: string
  readonly ackPolicy: string
  readonly appendsInFlightMax: number
  readonly retainedBytesMax: number
  readonly leaseMs: number
  readonly snapshots: SnapshotPolicy
  /** Behaviours that this build knows; all that the core has, unless a test says otherwise. */
  readonly behaviours?: readonly number[]
}

/** What an engine is doing; only `leading` answers gateways. */
export type Role =
  | 'starting'
  | 'recovering'
  | 'standby'
  | 'taking-over'
  | 'leading'
  | 'handing-over'
  | 'contained'
  | 'diverged'
  | 'unfit'
  | 'fenced'
  | 'halted'
  | 'stopping'

/** Where an engine stays until a person has looked, or its process ends. */
const ENDS: ReadonlySet<Role> = new Set(['contained', 'diverged', 'unfit', 'fenced', 'halted'])

/**
 * One engine process, without its sockets. Modes: *recovering* (replays) → *standby* (follows the journal and waits for
 * its turn) → *taking-over* (the shard is ours; the last batches are executed) → *leading* → *handing-over* (sequences
 * nothing more, passes the shard on), from there to *recovering* again. Ends of the road, where it waits for a person:
 * *contained* (a command broke the state machine), *diverged* (its state is not that of the journal's writers), *unfit*
 * (the journal needs what this build does not know), *halted* (the journal lost rows). *Fenced* (another engine leads) ends
 * the process: its state is thrown away with it.
 */
export class Engine {
  readonly #seams: EngineSeams
  readonly #settings: EngineSettings
  readonly #abort = new AbortController()
  readonly #handlers = new Set<LinkHandler>()
  readonly #roleListeners: ((role: Role) => void)[] = []
  #role: Role = 'starting'
  #standby: Standby | undefined
  #leadership: Leadership | undefined
  #handingOver: Promise<HandOver> | undefined
  /** Somebody leads, as far as the lease tells. */
  #isLed = true
  #leaderUrl = ''
  #recorded = 0
  #settle: () => void = () => undefined
  readonly #settled = new Promise<void>((resolve) => (this.#settle = resolve))
  #running: Promise<void> = Promise.resolve()
  readonly #desk = memberDesk({
    facts: () => this.#facts(),
    repair: () => this.#repair(),
  })

  constructor(seams: EngineSeams, settings: EngineSettings) {
    this.#seams = seams
    this.#settings = settings
    const { conditions } = seams
    conditions.set('journal', false, 'not reached yet')
    conditions.set('recovered', false, 'not replayed yet')
    conditions.set('caught-up', false, 'not replayed yet')
    conditions.set('hash-equal', true)
    conditions.set('compatible', true)
  }

  get role(): Role {
    return this.#role
  }

  /** Hear of every change of the role. */
  onRole(listener: (role: Role) => void): void {
    this.#roleListeners.push(listener)
  }

  /** The epoch being led; undefined unless leading (or just having led). */
  get leader(): Leader | undefined {
    return this.#leadership?.leader
  }

  /** Milliseconds for which nobody else can lead; undefined unless leading. */
  get leaseRemainingMs(): number | undefined {
    return this.#role === 'leading' ? this.#leadership?.leaseRemainingMs : undefined
  }

  /** The state that follows the journal; undefined unless it does. */
  get standby(): Standby | undefined {
    return this.#standby
  }

  /** A connection was opened; the handler gets what it brings. */
  connect(socket: LinkSocket): LinkHandler {
    const handler = new LinkHandler(socket, () => this.#host(), this.#seams.timers)
    this.#handlers.add(handler)
    return handler
  }

  /** The connection is gone. */
  disconnected(handler: LinkHandler): void {
    this.#handlers.delete(handler)
    handler.closed()
  }

  /**
   * Recover, follow, and lead when it is this engine's turn. Resolves when it leads, when it follows somebody who does,
   * or when a person has to look; it goes on until `stop`.
   */
  start(): Promise<void> {
    this.#running = this.#run()
    return Promise.race([this.#settled, this.#running])
  }

  /** Let another member lead: as on SIGTERM, but this engine follows again. Undefined when none is ready to. */
  async handOff(): Promise<HandOver | undefined> {
    const leadership = this.#leadership
    const isReady = leadership?.leader?.members.successor() !== undefined
    if (this.#role !== 'leading' || !leadership || !isReady) return undefined
    return this.#handOver(leadership)
  }

  /** Stop in order: sequence nothing more, finish the commits under way, say goodbye, hand the shard on. */
  async stop(): Promise<void> {
    this.#abort.abort()
    const leadership = this.#leadership
    if (this.#role === 'leading' && leadership) await this.#handOver(leadership)
    await this.#handingOver
    if (!ENDS.has(this.#role)) this.#setRole('stopping')
    await leadership?.end(this.#role)
    await this.#standby?.stop()
    await this.#running
    await this.#seams.lease.close()
  }

  #host(): Leader | Away {
    const leader = this.#leadership?.leader
    if (this.#role === 'leading' && leader) {
      if (this.#leadership?.isCertain) return leader
      return { reason: 'lease-uncertain', isSoon: true, desk: this.#desk }
    }
    const isElsewhere = this.#leaderUrl !== '' && this.#leaderUrl !== this.#settings.url
    return {
      desk: this.#desk,
      reason: this.#role,
      isSoon: this.#role === 'taking-over' || (this.#role === 'standby' && !this.#isLed),
      ...(isElsewhere ? { leader: this.#leaderUrl } : {}),
    }
  }

  #facts(): { shard: number; epoch: number; sequence: number } & Readonly<Record<string, unknown>> {
    const { exchange } = this.#standby?.state ?? this.#leadership?.state ?? {}
    return {
      role: this.#role,
      shard: this.#settings.shard,
      epoch: 0,
      sequence: exchange?.sequence ?? 0,
      hash: exchange ? hashText(exchange.runningHash()) : null,
      lag: this.#standby?.lag ?? null,
      fed: this.#standby?.isFed ?? false,
      caughtUp: this.#standby?.isCaughtUp ?? false,
      url: this.#settings.url,
      leader: this.#leaderUrl || null,
    }
  }

  /** Append what the journal has lost and this member still holds; then the shard goes on, this member with it. */
  async #repair(): Promise<number> {
    const { journal, lease, log } = this.#seams
    const state = this.#standby?.state ?? this.#leadership?.state
    if (this.#role !== 'halted' || !state) throw new Error(`nothing to repair here: ${this.#role}`)
    await lease.halt(`${lease.holder}: being repaired`)
    const restored = await journal.restore(state.batches.from(1))
    await lease.halt(undefined)
    log.warn(
      { restored, through: state.batches.last },
      'repaired: batches that the journal had lost are appended again',
    )
    return restored
  }

  #setRole(role: Role): void {
    if (this.#role === role) return
    this.#role = role
    for (const listener of this.#roleListeners) listener(role)
    for (const handler of this.#handlers) handler.hostChanged()
  }

  async #run(): Promise<void> {
    let pauseMs = RETRY_FIRST_MS
    while (!this.#abort.signal.aborted) {
      try {
        await this.#followAndLead()
        pauseMs = RETRY_FIRST_MS
        // An end of the road: what waits there has its own timer.
        if (this.#role !== 'handing-over') return
      } catch (error) {
        await this.#standby?.stop()
        if (this.#abort.signal.aborted || this.#giveUp(error)) return
        this.#seams.conditions.set('journal', false, messageOf(error))
        this.#seams.log.warn({ err: error, pauseMs }, 'could not recover and follow; trying again')
        await new Promise<void>((resolve) => this.#seams.timers.after(pauseMs, resolve))
        pauseMs = Math.min(pauseMs * 2, RETRY_MS_MAX)
      }
    }
  }

  /** One life of the state: recovered, following, leading. Resolves when it is over and the state is thrown away. */
  async #followAndLead(): Promise<void> {
    const { conditions, clock, log } = this.#seams
    // What an earlier life led with is thrown away.
    this.#leadership = undefined
    this.#setRole('recovering')
    const begin = clock.elapsed()
    const options = this.#recoveryOptions()
    const recovered = await recover(options)
    this.#abort.signal.throwIfAborted()
    conditions.set('journal', true)
    conditions.set('recovered', true)
    const { sequence } = recovered.exchange
    log.info({ sequence, milliseconds: Math.round(clock.elapsed() - begin) }, 'following')
    const standby = this.#newStandby(recovered)
    this.#standby = standby
    this.#setRole('standby')
    this.#pollRecorded(recovered)
    const claimed = await standby.claimed()
    if (!claimed) return
    this.#setRole('taking-over')
    const leadership = this.#newLeadership(claimed)
    this.#leadership = leadership
    await standby.stop()
    try {
      await this.#takeOver(options, recovered, leadership, claimed)
    } catch (error) {
      await leadership.end('stopping')
      throw error
    }
    await leadership.ended
  }

  /** What a predecessor wrote until the claim, which ended its epoch; then lead. */
  async #takeOver(
    options: RecoveryOptions,
    recovered: Recovered,
    leadership: Leadership,
    { head, claimedAt }: Claimed,
  ): Promise<void> {
    const { clock, log, conditions } = this.#seams
    const { exchange, replica } = recovered
    if (head.last < exchange.sequence) {
      throw new JournalRolledBackError(`the journal ends at ${head.last}, our state at ${exchange.sequence}`)
    }
    await catchUp(options, replica, head.last)
    this.#abort.signal.throwIfAborted()
    exchange.output.clear()
    this.#standby = undefined
    leadership.lead(recovered)
    this.#leaderUrl = this.#settings.url
    this.#setRole('leading')
    conditions.set('caught-up', true)
    const milliseconds = Math.round(clock.elapsed() - claimedAt)
    log.info({ epoch: head.epoch, sequence: head.last, milliseconds }, 'leading')
    this.#settle()
  }

  #handOver(leadership: Leadership): Promise<HandOver> {
    this.#handingOver ??= this.#passOn(leadership).finally(() => (this.#handingOver = undefined))
    return this.#handingOver
  }

  async #passOn(leadership: Leadership): Promise<HandOver> {
    this.#seams.conditions.set('caught-up', false, 'handing over')
    const handOver = await leadership.handOver(() => this.#setRole('handing-over'))
    this.#leaderUrl = handOver.successor ?? ''
    this.#seams.observer.handedOver(handOver.milliseconds)
    this.#seams.log.info({ ...handOver }, handOver.successor ? 'handed over' : 'given up: no standby is ready')
    return handOver
  }

  #newStandby(recovered: Recovered): Standby {
    const { journal, lease, dialMember, clock, timers, conditions, log, observer } = this.#seams
    const { url, snapshots: policy } = this.#settings
    return new Standby({
      recovered,
      journal,
      lease,
      facts: { holder: lease.holder, url, behaviours: this.#behaviours, batchVersions: BATCH_VERSIONS },
      dialMember,
      clock,
      timers,
      snapshots: {
        policy,
        recordedThrough: () => this.#recorded,
        events: {
          saved: (sequence, bytes) => {
            observer.snapshot(bytes)
            log.info({ sequence, bytes }, 'snapshot saved')
          },
          failed: (error) => log.warn({ err: error }, 'no snapshot saved'),
        },
      },
      events: {
        caughtUp: (met, reason) => conditions.set('caught-up', met, reason),
        looked: (view) => this.#looked(view),
        handed: () => this.#setRole('taking-over'),
        trouble: (error) => this.#trouble(error, 'the journal cannot be followed; trying again'),
      },
    })
  }

  #newLeadership({ head, claimedAt }: Claimed): Leadership {
    const { journal, lease, clock, timers, observer, log } = this.#seams
    return new Leadership({
      ...this.#settings,
      epoch: head.epoch,
      claimedAt,
      journal,
      lease,
      clock,
      timers,
      log,
      events: {
        batch: (commands, bytes) => observer.batch(commands, bytes),
        committed: (milliseconds) => observer.committed(milliseconds),
        poisoned: (poison) => this.#contain(poison),
        fenced: () => this.#fence('another engine leads the shard'),
        rolledBack: (error) => this.#halt(messageOf(error)),
        trouble: (error) => this.#trouble(error, 'the journal does not take a batch; trying again'),
        handOffAsked: () => void this.handOff(),
      },
      resumed: () => {
        for (const handler of this.#handlers) handler.hostChanged()
      },
    })
  }

  get #behaviours(): readonly number[] {
    return this.#settings.behaviours ?? SUPPORTED_BEHAVIOURS
  }

  #looked(view: LeaseView): void {
    this.#seams.conditions.set('journal', true)
    const isLed = !view.expired && view.epoch !== 0 && !view.abandoned
    this.#leaderUrl = isLed ? view.url : ''
    const wasLed = this.#isLed
    this.#isLed = isLed || view.halted !== undefined
    // The leader was expected to hand over, and did so to nobody or to another one.
    if (this.#role === 'taking-over' && this.#standby?.isHanded === false) this.#setRole('standby')
    if (view.halted !== undefined) this.#seams.conditions.set('journal', false, `halted: ${view.halted}`)
    const isOurs = view.holder === this.#seams.lease.holder
    // Who waits here for a leader is told that it is another one.
    if (this.#isLed && !wasLed) for (const handler of this.#handlers) handler.hostChanged()
    const follows = isLed && !isOurs && this.#standby?.isCaughtUp === true
    if (follows || view.halted !== undefined) this.#settle()
  }

  #trouble(error: unknown, message: string): void {
    this.#seams.conditions.set('journal', error === undefined, error === undefined ? '' : messageOf(error))
    if (error !== undefined) this.#seams.log.warn({ err: error }, message)
  }

  /** Whether the error is one that another attempt cannot cure. */
  #giveUp(thrown: unknown): boolean {
    const batch = thrown instanceof StandbyFailure ? thrown.batch : undefined
    const error = thrown instanceof StandbyFailure ? thrown.cause : thrown
    if (error instanceof PoisonError) this.#contain(error.poison)
    else if (error instanceof DivergedError) this.#diverge(error, batch?.payload ?? Buffer.alloc(0))
    else if (error instanceof UnfitError || error instanceof ProtocolError) this.#refuse(messageOf(error))
    else if (error instanceof JournalRolledBackError) this.#halt(messageOf(error))
    else return false
    return true
  }

  /** The state machine broke: answer nobody any more, keep the evidence, and wait for an operator. */
  #contain(poison: Poison): void {
    const { evidence, conditions, log } = this.#seams
    const facts = describePoison(poison, this.#settings.shard)
    const kept = evidence.keep(`poison-${this.#settings.shard}-${poison.sequence}`, poison.payload, facts)
    conditions.set('contained', false, `sequence ${poison.sequence} breaks the state machine`)
    log.error({ ...facts, err: poison.error, kept }, 'contained: an operator must decide to skip the command')
    this.#await('contained', async () => {
      const skipped = await this.#seams.journal.skipped()
      return skipped.has(poison.sequence) ? `sequence ${poison.sequence} is skipped now` : undefined
    })
  }

  /** This state is not that of the journal's writers: it never leads, and stays as it is for a person to look at. */
  #diverge(error: DivergedError, payload: Uint8Array): void {
    const { evidence, conditions, log } = this.#seams
    const { exchange } = this.#standby?.state ?? {}
    const name = `diverged-${this.#settings.shard}-${exchange?.sequence ?? 0}`
    const facts = { shard: this.#settings.shard, sequence: exchange?.sequence, reason: error.message }
    const kept = evidence.keep(name, payload, facts)
    if (exchange) evidence.keep(`${name}-snapshot`, exchange.snapshot(), facts)
    conditions.set('hash-equal', false, error.message)
    log.error({ ...facts, kept }, 'diverged: this member never leads')
    this.#await('diverged', () => Promise.resolve(undefined))
  }

  /** The journal needs what this build does not know. */
  #refuse(reason: string): void {
    this.#seams.conditions.set('compatible', false, reason)
    this.#seams.log.error({ reason }, 'unfit: this build cannot lead the shard')
    this.#await('unfit', () => Promise.resolve(undefined))
  }

  /** The journal holds less than this member has seen: nobody may lead before a person has decided what is lost. */
  #halt(reason: string): void {
    const { lease, conditions, log } = this.#seams
    conditions.set('journal', false, `ahead of the journal: ${reason}`)
    log.error({ reason }, 'halted: the journal has lost rows that this member has seen')
    let isTold = false
    this.#await('halted', async () => {
      if (!isTold) await lease.halt(`${lease.holder}: ${reason}`)
      isTold = true
      return (await lease.look()).halted === undefined ? 'no longer halted' : undefined
    })
    void lease.halt(`${lease.holder}: ${reason}`).then(
      () => (isTold = true),
      () => undefined,
    )
  }

  /** Answer nobody any more, and stay, until `decided` says why the process should start anew. */
  #await(role: Role, decided: () => Promise<string | undefined>): void {
    this.#setRole(role)
    void this.#leadership?.end(role)
    this.#seams.conditions.set('caught-up', false, role)
    this.#settle()
    const poll = (): void => {
      this.#seams.timers.after(DECISION_POLL_MS, () => {
        if (this.#abort.signal.aborted) return
        decided().then(
          (reason) => (reason === undefined ? poll() : this.#seams.fail(reason)),
          () => poll(),
        )
      })
    }
    poll()
  }

  /** Throw the state away with the process; the next one starts as a follower of whoever leads. */
  #fence(reason: string): void {
    this.#setRole('fenced')
    void this.#leadership?.end('fenced')
    this.#seams.conditions.set('caught-up', false, reason)
    this.#settle()
    this.#seams.fail(reason)
  }

  /** How far the recorder is, for as long as this life of the state lasts. */
  #pollRecorded(recovered: Recovered): void {
    this.#seams.timers.after(RECORDED_POLL_MS, () => {
      const isCurrent = this.#standby?.state === recovered || this.#leadership?.state === recovered
      if (this.#abort.signal.aborted || !isCurrent) return
      this.#seams
        .recordedThrough()
        .then(
          (sequence) => {
            this.#recorded = sequence
            recovered.closedOrders.recordedThrough(sequence)
          },
          () => undefined,
        )
        .finally(() => this.#pollRecorded(recovered))
    })
  }

  #recoveryOptions(): RecoveryOptions {
    const { journal, openExchange, recordedThrough, clock, timers, log } = this.#seams
    const progress = (sequence: number, last: number): void => log.info({ sequence, last }, 'replaying')
    const { retainedBytesMax } = this.#settings
    const { signal } = this.#abort
    const behaviours = this.#behaviours
    return { journal, openExchange, recordedThrough, clock, timers, signal, retainedBytesMax, behaviours, progress }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
