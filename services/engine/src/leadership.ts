import type { Lease } from '@uptick/journal'
import type { Claimed } from './candidacy.ts'
import type { EngineSeams, EngineSettings } from './engine-seams.ts'
import { Leader } from './leader.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import type { Member } from './member-table.ts'
import type { Recovered } from './recovery.ts'
import type { LeaderSeams, LeaderSettings, TermEvents } from './term.ts'

/** How long standbys may take to be ready, when none is. */
const READY_MS_MAX = 1_000
/** Commits that take longer do not delay the hand-off, ms: the successor reads their outcomes in the journal. */
const DRAIN_MS_MAX = 2_000
/** A successor that has not claimed by then is named in the lease as well, */
const CLAIM_MS_MAX = 300
/** and given up after this: any member may claim. */
const TAKEN_MS_MAX = 1_000
const TAKEN_LOOK_MS = 50
const READY_LOOK_MS = 20

/** What a leadership runs on. */
export interface LeadershipSeams extends Omit<LeaderSeams, 'lease'>, Pick<EngineSeams, 'log'> {
  readonly lease: Lease
}

export interface LeadershipSettings extends LeaderSettings, Pick<EngineSettings, 'leaseMs'> {}

export interface LeadershipEvents extends TermEvents {
  /** The lease is certain again, after it was not. */
  resumed(): void
  /** The lease is kept, and nothing can be written. */
  powerless(): void
}

/** How the shard was handed off. */
export interface HandOff {
  /** The URL of the new leader; undefined when no standby was ready. */
  readonly successor: string | undefined
  readonly epoch: number
  readonly last: number
  /** From the stop of sequencing until every commit was known. */
  readonly drainMilliseconds: number
  /** From the stop of sequencing until the successor was seen to lead, or the shard was free. */
  readonly milliseconds: number
}

/** One epoch of this member: the lease, kept from the claim on, and the leader once the state is complete. */
export class Leadership {
  readonly ended: Promise<void>
  readonly #seams: LeadershipSeams
  readonly #settings: LeadershipSettings
  readonly #epoch: number
  readonly #events: LeadershipEvents
  readonly #keeper: LeaseKeeper
  #state: Recovered | undefined
  #leader: Leader | undefined
  #end: () => void = () => undefined
  #isOver = false
  #isComplete = false

  constructor(
    seams: LeadershipSeams,
    settings: LeadershipSettings,
    { head, claimedAt }: Claimed,
    events: LeadershipEvents,
  ) {
    this.#seams = seams
    this.#settings = settings
    this.#epoch = head.epoch
    this.#events = events
    this.ended = new Promise((resolve) => (this.#end = resolve))
    const { lease, clock, timers, log } = seams
    this.#keeper = new LeaseKeeper({
      lease,
      epoch: head.epoch,
      leaseMs: settings.leaseMs,
      claimedAt,
      clock,
      timers,
      failingSince: () => this.#leader?.writingTrouble.since,
      events: {
        resumed: () => {
          this.#leader?.resume()
          events.resumed()
        },
        lost: () => events.fenced(),
        powerless: () => events.powerless(),
        trouble: (error) => log.warn({ err: error, remainingMs: this.#keeper.remainingMs }, 'the lease is not renewed'),
      },
    })
  }

  /** Undefined while the state is not complete yet. */
  get leader(): Leader | undefined {
    return this.#leader
  }

  get state(): Recovered | undefined {
    return this.#state
  }

  /** The state after a hand-off with everything durable: it is the journal's, and can continue as a standby's. */
  get kept(): Recovered | undefined {
    return this.#isComplete ? this.#state : undefined
  }

  /** Whether no other member can lead yet. */
  get isCertain(): boolean {
    return this.#keeper.isCertain
  }

  /** Milliseconds that the lease is still certain. */
  get leaseRemainingMs(): number {
    return this.#keeper.remainingMs
  }

  /** The state is that at the end of the journal: answer. */
  lead(state: Recovered): void {
    this.#state = state
    const term = {
      epoch: this.#epoch,
      mayAnswer: () => this.#keeper.isCertain,
      leads: () => this.#seams.lease.leads(this.#epoch),
    }
    this.#leader = new Leader(this.#seams, this.#settings, state, term, this.#events)
  }

  /**
   * Hand the shard off: sequence nothing more, finish the commits, name the standby that is furthest, and tell gateways
   * where to go. From the moment that the standby is told, this member answers nothing, so the successor need not wait
   * for the lease. `stopping` is called when it stops sequencing.
   */
  async handOff(stopping: () => void): Promise<HandOff> {
    const { clock, log } = this.#seams
    const leader = this.#leader
    if (!leader) throw new Error('not leading yet')
    await this.#successorReady(leader)
    stopping()
    const stoppedAt = clock.elapsed()
    await this.#drained(leader)
    const drainMilliseconds = clock.elapsed() - stoppedAt
    const successor = leader.members.successor()
    this.#keeper.stop()
    // In one turn, so that nothing leaves in between; the successor has the most to do, so it is told first.
    if (successor) leader.members.handTo(successor, leader.durable)
    leader.shut(successor ? 'handed-off' : 'stopping', successor?.facts.url)
    try {
      if (successor && !(await this.#isTaken(CLAIM_MS_MAX))) await this.#nameInLease(successor)
    } catch (error) {
      log.warn({ err: error }, 'the lease could not be passed on; it runs out')
    }
    const { sequence } = leader.exchange
    // What waited for the lease to be certain again was durable, and has not left: the gate has dropped it.
    this.#isComplete = leader.durable === sequence && leader.retained.last === sequence
    await this.end('handed-off')
    const milliseconds = clock.elapsed() - stoppedAt
    return {
      successor: successor?.facts.url,
      epoch: this.#epoch,
      last: leader.durable,
      drainMilliseconds,
      milliseconds,
    }
  }

  /**
   * For a successor that missed the message, or was in the middle of a look. Not before: a claim would wait for this
   * change of the lease, and needs only the leader's word.
   */
  async #nameInLease(successor: Member): Promise<void> {
    const { lease, log } = this.#seams
    const isOurs = await lease.hand(this.#epoch, successor.facts.holder)
    if (isOurs && !(await this.#isTaken(TAKEN_MS_MAX))) {
      log.warn({ successor: successor.facts }, 'the successor does not take over: any member may')
    }
  }

  /** Answer nothing any more, and give the lease up: any member may claim. Never rejects. */
  async end(reason: string): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    this.#keeper.stop()
    this.#leader?.shut(reason)
    this.#leader?.stop()
    // Changes nothing where another member has the lease already.
    await this.#seams.lease.hand(this.#epoch).catch(() => undefined)
    this.#end()
  }

  /** A standby that has joined may need a moment more; commands are executed meanwhile. */
  async #successorReady(leader: Leader): Promise<void> {
    const { clock, timers } = this.#seams
    const until = clock.elapsed() + READY_MS_MAX
    while (leader.members.count > 0 && !leader.members.successor() && clock.elapsed() < until) {
      await new Promise<void>((resolve) => timers.after(READY_LOOK_MS, resolve))
    }
  }

  #drained(leader: Leader): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#seams.timers.after(DRAIN_MS_MAX, resolve)
      void leader.drain().then(() => {
        cancel()
        resolve()
      })
    })
  }

  /** Whether a member has claimed the shard within the time; looks when the lease says that it has changed. */
  async #isTaken(msMax: number): Promise<boolean> {
    const { lease, clock, timers } = this.#seams
    let wake = (): void => undefined
    const endListening = lease.onChange(() => wake())
    try {
      for (const until = clock.elapsed() + msMax; clock.elapsed() < until;) {
        await new Promise<void>((resolve) => {
          const cancel = timers.after(TAKEN_LOOK_MS, resolve)
          wake = () => (cancel(), resolve())
        })
        if ((await lease.look()).epoch !== this.#epoch) return true
      }
      return false
    } finally {
      endListening()
    }
  }
}
