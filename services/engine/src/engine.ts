import { ProtocolError } from '@uptick/protocol'
import type { Journal } from '@uptick/journal'
import { JournalRolledBackError } from '@uptick/journal'
import { describePoison } from './containment.ts'
import { Leader, type LeaderEvents } from './leader.ts'
import { LinkHandler } from './link-handler.ts'
import { RETRY_FIRST_MS, RETRY_MS_MAX } from './limits.ts'
import { catchUp, recover, type Recovered, type RecoveryOptions } from './recovery.ts'
import { DivergedError, PoisonError } from './replica.ts'
import type { Clock, Evidence, Leadership, LinkSocket, OpenExchange, RecordedThrough, Timers } from './seams.ts'
import type { Poison } from './sequencer.ts'

const RECORDED_POLL_MS = 250
const SKIP_POLL_MS = 1_000

/** What the engine runs on. Everything that touches the world is in here. */
export interface EngineSeams {
  readonly journal: Journal
  readonly clock: Clock
  readonly timers: Timers
  readonly leadership: Leadership
  readonly evidence: Evidence
  readonly openExchange: OpenExchange
  readonly recordedThrough: RecordedThrough
  readonly conditions: { set(name: string, met: boolean, reason?: string): void }
  readonly log: EngineLog
  readonly observer: Pick<LeaderEvents, 'batch' | 'committed'>
  /** The process must end and be started again: its state cannot be used. */
  readonly fail: (reason: string, error?: unknown) => void
}

export interface EngineLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface EngineSettings {
  readonly shard: number
  readonly ackPolicy: string
  readonly appendsInFlightMax: number
  readonly retainedBytesMax: number
}

/** What an engine is doing; only `leading` answers gateways. */
export type Role = 'starting' | 'standby' | 'recovering' | 'leading' | 'contained' | 'fenced' | 'halted' | 'stopping'

/**
 * One engine process, without its sockets. Modes: *standby* (another engine holds the shard) → *recovering* (replays)
 * → *leading*. From leading it goes to *contained* (a command broke the state machine; waits for an operator's skip),
 * *fenced* (another engine leads), *halted* (the journal lost rows) or *stopping*; from none of these back: its state
 * is thrown away with the process.
 */
export class Engine {
  readonly #seams: EngineSeams
  readonly #settings: EngineSettings
  readonly #abort = new AbortController()
  #role: Role = 'starting'
  #leader: Leader | undefined

  constructor(seams: EngineSeams, settings: EngineSettings) {
    this.#seams = seams
    this.#settings = settings
    const { conditions } = seams
    conditions.set('journal', false, 'not reached yet')
    conditions.set('recovered', false, 'not replayed yet')
    conditions.set('leader', false, 'not leading yet')
  }

  get role(): Role {
    return this.#role
  }

  /** The epoch being led; undefined unless leading (or just having led). */
  get leader(): Leader | undefined {
    return this.#leader
  }

  /** A connection was opened; the handler gets what it brings. */
  connect(socket: LinkSocket): LinkHandler {
    return new LinkHandler(socket, () => (this.#role === 'leading' ? this.#leader! : this.#role), this.#seams.timers)
  }

  /** Wait for the shard, recover, take over, lead. Resolves when leading, or when there is nothing more to wait for. */
  async start(): Promise<void> {
    let pauseMs = RETRY_FIRST_MS
    while (!this.#abort.signal.aborted) {
      try {
        return await this.#attempt()
      } catch (error) {
        if (this.#abort.signal.aborted) return
        if (this.#giveUp(error)) return
        this.#seams.conditions.set('journal', false, messageOf(error))
        this.#seams.log.warn({ err: error, pauseMs }, 'could not start to lead; trying again')
        await new Promise<void>((resolve) => this.#seams.timers.after(pauseMs, resolve))
        pauseMs = Math.min(pauseMs * 2, RETRY_MS_MAX)
      }
    }
  }

  /** Stop in order: sequence nothing more, finish the commits under way, say goodbye, let the shard go. */
  async stop(): Promise<void> {
    const leading = this.#role === 'leading'
    if (leading || this.#role === 'recovering' || this.#role === 'standby') this.#role = 'stopping'
    this.#abort.abort()
    this.#seams.conditions.set('leader', false, 'stopping')
    if (leading) await this.#leader?.drain()
    this.#leader?.shut(this.#role)
    this.#leader?.stop()
    await this.#seams.leadership.release()
  }

  async #attempt(): Promise<void> {
    const { leadership, journal, conditions, log, clock } = this.#seams
    this.#role = 'standby'
    await leadership.acquire(this.#abort.signal)
    this.#role = 'recovering'
    const begin = clock.elapsed()
    const options = this.#recoveryOptions()
    const recovered = await recover(options)
    conditions.set('journal', true)
    const { epoch, last } = await journal.takeOver()
    if (last < recovered.exchange.sequence) {
      throw new JournalRolledBackError(`the journal ends at ${last}, our state at ${recovered.exchange.sequence}`)
    }
    // What a predecessor wrote between our reading and the raising of the epoch; after that it could not.
    await catchUp(options, recovered.replica, last)
    this.#abort.signal.throwIfAborted()
    this.#lead(recovered, epoch)
    log.info({ epoch, sequence: last, milliseconds: Math.round(clock.elapsed() - begin) }, 'leading')
  }

  #lead({ exchange, retained, closedOrders }: Recovered, epoch: number): void {
    const { journal, clock, timers, conditions, observer, log } = this.#seams
    exchange.output.clear()
    conditions.set('recovered', true)
    this.#leader = new Leader({
      ...this.#settings,
      exchange,
      epoch,
      retained,
      closedOrders,
      journal,
      clock,
      timers,
      events: {
        batch: (commands, bytes) => observer.batch(commands, bytes),
        committed: (milliseconds) => observer.committed(milliseconds),
        poisoned: (poison) => this.#contain(poison),
        fenced: () => this.#depose('fenced', 'another engine leads the shard'),
        rolledBack: (error) => this.#depose('halted', `ahead of the journal: ${messageOf(error)}`),
        trouble: (error) => {
          conditions.set('journal', error === undefined, error === undefined ? '' : messageOf(error))
          if (error !== undefined) log.warn({ err: error }, 'the journal does not take a batch; trying again')
        },
      },
    })
    this.#role = 'leading'
    conditions.set('leader', true)
    this.#pollRecorded()
  }

  /** Whether the error is one that another attempt cannot cure. */
  #giveUp(error: unknown): boolean {
    if (error instanceof PoisonError) this.#contain(error.poison)
    else if (error instanceof DivergedError || error instanceof ProtocolError) this.#depose('halted', messageOf(error))
    else if (error instanceof JournalRolledBackError) this.#depose('halted', messageOf(error))
    else return false
    return true
  }

  /** The state machine broke: answer nobody any more, keep the evidence, and wait for an operator. */
  #contain(poison: Poison): void {
    const { evidence, conditions, log } = this.#seams
    this.#role = 'contained'
    this.#leader?.shut('contained')
    const facts = describePoison(poison, this.#settings.shard)
    const kept = evidence.keep(`poison-${this.#settings.shard}-${poison.sequence}`, poison.payload, facts)
    conditions.set('leader', false, 'contained')
    conditions.set('contained', false, `sequence ${poison.sequence} breaks the state machine`)
    log.error({ ...facts, err: poison.error, kept }, 'contained: an operator must decide to skip the command')
    this.#pollSkipped(poison.sequence)
  }

  /** Throw the state away with the process; the next one starts as a follower of whoever leads. */
  #depose(role: 'fenced' | 'halted', reason: string): void {
    this.#role = role
    this.#leader?.shut(role)
    this.#leader?.stop()
    this.#seams.conditions.set('leader', false, reason)
    this.#seams.fail(reason)
  }

  #pollSkipped(sequence: number): void {
    const { timers, journal, fail } = this.#seams
    timers.after(SKIP_POLL_MS, () => {
      if (this.#abort.signal.aborted) return
      journal.skipped().then(
        (skipped) =>
          skipped.has(sequence) ? fail(`sequence ${sequence} is skipped now`) : this.#pollSkipped(sequence),
        () => this.#pollSkipped(sequence),
      )
    })
  }

  #pollRecorded(): void {
    this.#seams.timers.after(RECORDED_POLL_MS, () => {
      if (this.#role !== 'leading') return
      this.#seams
        .recordedThrough()
        .then(
          (sequence) => this.#leader?.closedOrders.recordedThrough(sequence),
          () => undefined,
        )
        .finally(() => this.#pollRecorded())
    })
  }

  #recoveryOptions(): RecoveryOptions {
    const { journal, openExchange, recordedThrough, clock, timers, log } = this.#seams
    const progress = (sequence: number, last: number): void => log.info({ sequence, last }, 'replaying')
    const { retainedBytesMax } = this.#settings
    const { signal } = this.#abort
    return { journal, openExchange, recordedThrough, clock, timers, signal, retainedBytesMax, progress }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
