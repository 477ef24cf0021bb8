import { JournalRolledBackError, type LeaseView } from '@uptick/journal'
import { messageOf } from '@uptick/runtime'
import type { Claimed } from './candidacy.ts'
import { ENDS, type EngineSeams, type EngineSettings, type Role } from './engine-seams.ts'
import { Impasse } from './impasse.ts'
import type { Leader } from './leader.ts'
import { Leadership, type HandOff } from './leadership.ts'
import type { LinkHandler } from './link-handler.ts'
import { RETRY_FIRST_MS, RETRY_MS_MAX } from './limits.ts'
import { Reception } from './reception.ts'
import { RecordedWatch } from './recorded-watch.ts'
import { catchUp, recover, type Recovered, type RecoveryOptions } from './recovery.ts'
import { SeenHead } from './seen-head.ts'
import type { LinkSocket } from './seams.ts'
import { Standby } from './standby.ts'

/**
 * One engine process, without its sockets. Modes: *recovering* (replays) → *standby* (follows the journal and waits
 * until it may lead) → *taking-over* (the shard is ours; the last batches are executed) → *leading* → *handing-off*
 * (sequences nothing more), then *recovering* again. Final modes, in which it waits for an operator: *contained* (a
 * command broke the state machine), *diverged* (its state is not that of the journal's writers), *unfit* (the journal
 * needs what this build does not know), *halted* (the journal lost rows). *Fenced* (another engine leads, or should)
 * ends the process, and its state with it, unless the journal lacks what this one has seen in it.
 */
export class Engine {
  readonly #seams: EngineSeams
  readonly #settings: EngineSettings
  readonly #abort = new AbortController()
  readonly #reception: Reception
  readonly #impasse: Impasse
  readonly #recorded: RecordedWatch
  /** Of the journal's head, in all lives of the state. */
  readonly #seen = new SeenHead()
  readonly #roleListeners: ((role: Role) => void)[] = []
  #role: Role = 'starting'
  #standby: Standby | undefined
  #leadership: Leadership | undefined
  #handingOff: Promise<HandOff> | undefined
  #settle: () => void = () => undefined
  readonly #settled = new Promise<void>((resolve) => (this.#settle = resolve))
  #running: Promise<void> = Promise.resolve()

  constructor(seams: EngineSeams, settings: EngineSettings) {
    this.#seams = seams
    this.#settings = settings
    this.#recorded = new RecordedWatch(seams)
    this.#impasse = new Impasse({
      seams,
      shard: settings.shard,
      state: () => this.#state,
      seen: this.#seen,
      enter: (role) => this.#end(role, role),
      signal: this.#abort.signal,
    })
    this.#reception = new Reception({
      settings,
      seams,
      standing: () => ({ role: this.#role, leadership: this.#leadership, standby: this.#standby }),
      heldThrough: () => this.heldThrough,
      lost: () => this.#impasse.held.standing(),
      repair: () => this.#impasse.repair(),
      release: (reason, operator) => this.#impasse.release(reason, operator),
    })
    const { conditions } = seams
    for (const name of ['journal', 'recovered', 'caught-up']) conditions.set(name, false, 'starting')
    for (const name of ['hash-equal', 'compatible', 'writable']) conditions.set(name, true)
  }

  get role(): Role {
    return this.#role
  }

  /** Be told of every change of the role. */
  onRole(listener: (role: Role) => void): void {
    this.#roleListeners.push(listener)
  }

  /** The epoch being led; undefined unless leading (or just having led). */
  get leader(): Leader | undefined {
    return this.#leadership?.leader
  }

  /** Milliseconds for which no other member can lead; undefined unless leading. */
  get leaseRemainingMs(): number | undefined {
    return this.#role === 'leading' ? this.#leadership?.leaseRemainingMs : undefined
  }

  /** While the shard is halted: the last sequence that is kept from before the last start; 0 without one. */
  get heldThrough(): number {
    return this.#impasse.held.through
  }

  /** The state that follows the journal; undefined unless it does. */
  get standby(): Standby | undefined {
    return this.#standby
  }

  /** A connection was opened; the handler gets what it brings. */
  connect(socket: LinkSocket): LinkHandler {
    return this.#reception.connect(socket)
  }

  /** The connection is gone. */
  disconnected(handler: LinkHandler): void {
    this.#reception.disconnected(handler)
  }

  /**
   * Recover, follow, and lead when this engine may. Resolves when it leads, when it follows a leader, or when an
   * operator has to decide; it continues until `stop`.
   */
  start(): Promise<void> {
    this.#running = this.#run()
    return Promise.race([this.#settled, this.#running])
  }

  /** Hand off: as on SIGTERM, but this engine follows afterwards. Undefined when no member is ready. */
  async handOff(): Promise<HandOff | undefined> {
    const leadership = this.#leadership
    const isReady = leadership?.leader?.members.successor() !== undefined
    if (this.#role !== 'leading' || !leadership || !isReady) return undefined
    return this.#handOff(leadership)
  }

  /** Stop in order: sequence nothing more, finish the commits under way, close the links, hand the shard off. */
  async stop(): Promise<void> {
    this.#abort.abort()
    const leadership = this.#leadership
    if (this.#role === 'leading' && leadership) await this.#handOff(leadership)
    await this.#handingOff
    if (!ENDS.has(this.#role)) this.#setRole('stopping')
    await leadership?.end(this.#role)
    await this.#standby?.stop()
    await this.#running
    await this.#seams.lease.close()
  }

  get #state(): Recovered | undefined {
    return this.#standby?.state ?? this.#leadership?.state
  }

  #setRole(role: Role): void {
    if (this.#role === role) return
    this.#role = role
    for (const listener of this.#roleListeners) listener(role)
    this.#reception.changed()
  }

  async #run(): Promise<void> {
    let pauseMs = RETRY_FIRST_MS
    while (!this.#abort.signal.aborted) {
      try {
        await this.#followAndLead()
        pauseMs = RETRY_FIRST_MS
        // A final mode has its own timer.
        if (this.#role !== 'handing-off') return
      } catch (error) {
        await this.#standby?.stop()
        this.#seams.conditions.set('journal', false, messageOf(error))
        if (this.#abort.signal.aborted || (await this.#impasse.meet(error))) return
        this.#seams.log.warn({ err: error, pauseMs }, 'could not recover and follow; trying again')
        await new Promise<void>((resolve) => this.#seams.timers.after(pauseMs, resolve))
        pauseMs = Math.min(pauseMs * 2, RETRY_MS_MAX)
      }
    }
  }

  /** One life of the state: recovered, following, leading. Resolves when it is over. */
  async #followAndLead(): Promise<void> {
    const { conditions, clock, log } = this.#seams
    // Discarded unless everything was durable at the hand-off.
    const kept = this.#leadership?.kept
    this.#leadership = undefined
    this.#setRole('recovering')
    const begin = clock.elapsed()
    const options = this.#recoveryOptions()
    const recovered = kept ?? (await recover(options))
    this.#abort.signal.throwIfAborted()
    conditions.set('journal', true)
    conditions.set('recovered', true)
    log.info({ sequence: recovered.exchange.sequence, milliseconds: Math.round(clock.elapsed() - begin) }, 'following')
    const followed = { recovered, seen: this.#seen, recordedThrough: () => this.#recorded.through }
    const standby = new Standby(this.#seams, this.#settings, followed, {
      caughtUp: (met, reason) => conditions.set('caught-up', met, reason),
      writable: (met, reason) => conditions.set('writable', met, reason),
      looked: (view) => this.#looked(view),
      handed: () => this.#setRole('taking-over'),
      trouble: (error) => this.#trouble(error, 'the journal cannot be followed; trying again'),
    })
    this.#standby = standby
    this.#setRole('standby')
    if (recovered !== kept)
      this.#recorded.watch(recovered, () => !this.#abort.signal.aborted && this.#state === recovered)
    const claimed = await standby.claimed()
    if (!claimed) return
    this.#setRole('taking-over')
    const leadership = new Leadership(this.#seams, this.#settings, claimed, {
      poisoned: (poison) => this.#impasse.contain(poison),
      fenced: () => this.#impasse.fenced('another engine leads the shard'),
      rolledBack: (error) => this.#impasse.rolledBack(error, claimed.head.epoch),
      halted: (error) => this.#impasse.stand(messageOf(error)),
      trouble: (error) => this.#trouble(error, 'the journal does not take a batch; trying again'),
      handOffAsked: () => void this.handOff(),
      resumed: () => this.#reception.changed(),
      powerless: () => this.#impasse.fenced('it keeps the lease and cannot write: another engine may'),
    })
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
    const { clock, log, conditions, observer } = this.#seams
    const { exchange, replica } = recovered
    this.#seen.claimed(head)
    if (head.last < exchange.sequence) {
      throw new JournalRolledBackError(`the journal ends at ${head.last}, our state at ${exchange.sequence}`)
    }
    await catchUp(options, replica, head.last)
    this.#abort.signal.throwIfAborted()
    // No row can be beyond the end that the claim saw: its epoch had ended.
    if (exchange.sequence !== head.last)
      throw new Error(`the state is at ${exchange.sequence}, the end was ${head.last}`)
    // Fenced meanwhile.
    if (this.#role !== 'taking-over') return
    exchange.output.clear()
    this.#standby = undefined
    leadership.lead(recovered)
    this.#reception.leaderUrl = this.#settings.url
    this.#setRole('leading')
    // Its troubles as a standby are over: it has read to the end, and its claim was written.
    for (const name of ['journal', 'caught-up', 'writable']) conditions.set(name, true)
    const milliseconds = Math.round(clock.elapsed() - claimedAt)
    observer.tookOver?.(milliseconds)
    log.info({ epoch: head.epoch, sequence: head.last, milliseconds }, 'leading')
    this.#settle()
  }

  #handOff(leadership: Leadership): Promise<HandOff> {
    this.#handingOff ??= this.#passOn(leadership).finally(() => (this.#handingOff = undefined))
    return this.#handingOff
  }

  async #passOn(leadership: Leadership): Promise<HandOff> {
    this.#seams.conditions.set('caught-up', false, 'handing off')
    const handOff = await leadership.handOff(() => this.#setRole('handing-off'))
    this.#reception.leaderUrl = handOff.successor ?? ''
    this.#seams.observer.handedOff(handOff.milliseconds)
    this.#seams.log.info({ ...handOff }, handOff.successor ? 'handed off' : 'given up: no standby is ready')
    return handOff
  }

  #looked(view: LeaseView): void {
    this.#seams.conditions.set('journal', true)
    this.#impasse.held.looked(view.halted !== undefined)
    const isLed = !view.expired && view.epoch !== 0 && !view.abandoned
    // The leader was expected to hand off, and did so to another member or to none.
    if (this.#role === 'taking-over' && this.#standby?.isHanded === false) this.#setRole('standby')
    if (view.halted !== undefined) this.#seams.conditions.set('journal', false, `halted: ${view.halted}`)
    this.#reception.looked(isLed || view.halted !== undefined, isLed ? view.url : '')
    const follows = isLed && view.holder !== this.#seams.lease.holder && this.#standby?.isCaughtUp === true
    if (follows || view.halted !== undefined) this.#settle()
  }

  #trouble(error: unknown, message: string): void {
    this.#seams.conditions.set('journal', error === undefined, error === undefined ? '' : messageOf(error))
    if (error !== undefined) this.#seams.log.warn({ err: error }, message)
  }

  /** From now on the engine answers no client. */
  #end(role: Role, reason: string): void {
    this.#setRole(role)
    void this.#leadership?.end(role)
    this.#seams.conditions.set('caught-up', false, reason)
    this.#settle()
  }

  #recoveryOptions(): RecoveryOptions {
    return {
      ...this.#seams,
      signal: this.#abort.signal,
      retainedBytesMax: this.#settings.retainedBytesMax,
      behaviours: this.#settings.behaviours,
      progress: (sequence, last) => this.#seams.log.info({ sequence, last }, 'replaying'),
    }
  }
}
