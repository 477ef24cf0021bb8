import { JournalRolledBackError, type LeaseView, reasonOf, type StoredBatch } from '@uptick/journal'
import { BATCH_VERSIONS, encodeJoin, type MemberFacts } from '@uptick/protocol'
import { messageOf } from '@uptick/runtime'
import { Candidacy, type Claimed } from './candidacy.ts'
import type { EngineSeams, EngineSettings } from './engine-seams.ts'
import { Follower } from './follower.ts'
import { LeaderLink } from './leader-link.ts'
import type { Recovered } from './recovery.ts'
import type { SeenHead } from './seen-head.ts'
import { SnapshotTaker } from './snapshot-taker.ts'
import { Sweeps } from './sweeps.ts'

const SNAPSHOT_SWEEP_MS = 1_000
/** Looks at the lease in a row that found a standby behind: it is, and if it was fed, its feed is cut whatever the connection says. */
const BEHIND_LOOKS_MAX = 3
/** How long to wait for a leader that cannot be reached, in looks. */
const STRANGER_LOOKS_MAX = 5
/** A connection that was made ready may have broken since. */
const REHEARSAL_MS = 5_000
/** One that could not write is tried again after this. */
const REHEARSAL_RETRY_MS = 1_000
/** A standby without practice is better than none. */
const REHEARSAL_MS_MAX = 10_000
/** How often the leader hears how far this standby is, at least. */
const STANDING_MS = 100

/** What a standby runs on. */
export type StandbySeams = Pick<
  EngineSeams,
  'journal' | 'lease' | 'dialMember' | 'clock' | 'timers' | 'rehearse' | 'observer' | 'log'
>

export type StandbySettings = Pick<EngineSettings, 'url' | 'behaviours' | 'snapshots' | 'process'>

/** What a standby continues from. */
export interface Followed {
  readonly recovered: Recovered
  readonly seen: SeenHead
  /** How far the read model has come. */
  readonly recordedThrough: () => number
}

export interface StandbyEvents {
  caughtUp(met: boolean, reason: string): void
  looked(view: LeaseView): void
  /** Whether this member could write if it led, as the last rehearsal showed. */
  writable(met: boolean, reason: string): void
  /** The leader has handed the shard off: this member leads in a moment. */
  handed(): void
  trouble(error: unknown): void
}

/** The state and the batch that it could not follow, for an operator. */
export class StandbyFailure extends Error {
  override readonly name = 'StandbyFailure'
  readonly batch: StoredBatch | undefined

  constructor(cause: unknown, batch: StoredBatch | undefined) {
    super(messageOf(cause), { cause })
    this.batch = batch
  }
}

/**
 * A hot standby: its state follows the journal command by command, fed by the leader, so that it can lead at once; and
 * it waits until it may lead.
 */
export class Standby {
  readonly #seams: StandbySeams
  readonly #followed: Followed
  readonly #events: StandbyEvents
  readonly #follower: Follower
  readonly #link: LeaderLink
  readonly #candidacy: Candidacy
  readonly #sweeps: Sweeps
  readonly #failure: Promise<never>
  #fail: (error: StandbyFailure) => void = () => undefined
  #isCaughtUp = false
  /** End of the journal at the last look. */
  #seen: number | undefined
  #behindLooks = 0
  /** Whether a take-over would find its surroundings ready, or they cannot be made so. */
  #isRehearsed: boolean
  #rehearsing = false
  /** As far as the last rehearsal showed. */
  #canWrite = true
  /** Looks at which the leader did not know of this standby. */
  #strangerLooks = 0
  #stopped = false

  constructor(seams: StandbySeams, settings: StandbySettings, followed: Followed, events: StandbyEvents) {
    this.#seams = seams
    this.#followed = followed
    this.#events = events
    const { journal, lease, dialMember, clock, timers } = seams
    const { recovered } = followed
    const { url, behaviours, process } = settings
    const facts: MemberFacts = { holder: lease.holder, url, behaviours, batchVersions: BATCH_VERSIONS, process }
    this.#isRehearsed = seams.rehearse === undefined
    this.#failure = new Promise((_resolve, reject) => (this.#fail = reject))
    // Awaited together with the claim.
    this.#failure.catch(() => undefined)
    this.#follower = new Follower({
      journal,
      replica: recovered.replica,
      clock,
      timers,
      events: {
        failed: (error, batch) => this.#fail(new StandbyFailure(error, batch)),
        trouble: (error) => events.trouble(error),
      },
    })
    this.#link = new LeaderLink(dialMember, clock, {
      join: () => encodeJoin(this.sequence + 1, facts),
      batches: ({ payloads }) => {
        this.#follower.offer(payloads)
        this.#stand()
      },
      handedOff: ({ epoch }) => {
        this.#candidacy.handedOff(epoch)
        events.handed()
      },
      lost: () => {
        this.#follower.feedLost()
        this.#candidacy.wake()
      },
    })
    this.#candidacy = new Candidacy({
      lease,
      clock,
      timers,
      sequence: () => this.sequence,
      newest: () => recovered.batches.find(recovered.batches.last),
      events: { looked: (view, sequence) => this.#looked(view, sequence), trouble: (error) => events.trouble(error) },
    })
    const taker = newSnapshotTaker(seams, settings, followed)
    this.#sweeps = new Sweeps(timers)
    this.#sweeps.every(SNAPSHOT_SWEEP_MS, () => void taker.consider())
    this.#sweeps.every(STANDING_MS, () => this.#stand())
    this.#sweeps.every(REHEARSAL_MS, () => this.#rehearse())
  }

  get state(): Recovered {
    return this.#followed.recovered
  }

  get sequence(): number {
    return this.#followed.recovered.exchange.sequence
  }

  /** Commands that the journal had at the last look and this state has not. */
  get lag(): number {
    return Math.max(0, (this.#seen ?? this.sequence) - this.sequence)
  }

  /** Whether the leader has handed the shard off, and the claim is under way. */
  get isHanded(): boolean {
    return this.#candidacy.isHanded
  }

  get isCaughtUp(): boolean {
    return this.#isCaughtUp
  }

  /** Caught up, and known to the leader as one to hand off to, unless that one cannot be reached. */
  get isFollowing(): boolean {
    return this.#isCaughtUp && (this.#link.isJoined || this.#strangerLooks > STRANGER_LOOKS_MAX)
  }

  /** Whether the leader's own feed keeps it current. */
  get isFed(): boolean {
    return this.#follower.isFed
  }

  /**
   * Follow until the shard is ours; undefined when stopped before.
   *
   * @throws StandbyFailure when the state cannot follow any more
   */
  claimed(): Promise<Claimed | undefined> {
    this.#follower.start()
    return Promise.race([this.#candidacy.claimed(), this.#failure])
  }

  /** Resolves when the state does not change any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#candidacy.stop()
    this.#sweeps.stop()
    this.#link.close()
    await this.#follower.stop()
  }

  #looked(view: LeaseView, before: number): void {
    if (this.#stopped) return
    const { lease } = this.#seams
    try {
      this.#compare(view, before)
    } catch (error) {
      // Nothing may be claimed on the ground of such a look.
      this.#candidacy.stop()
      return this.#fail(new StandbyFailure(error, undefined))
    }
    // At the end, or as far as the end was one look ago: under load there is always something on its way.
    const isThere = this.sequence >= Math.min(this.#seen ?? view.head.last, view.head.last)
    this.#seen = view.head.last
    this.#behindLooks = isThere ? 0 : this.#behindLooks + 1
    if (isThere) this.#isCaughtUp = true
    else if (this.#behindLooks >= BEHIND_LOOKS_MAX) this.#fallBehind()
    const isLed = !view.expired && view.holder !== lease.holder
    const reason = this.#isCaughtUp ? 'rehearsing' : `${this.lag} commands behind`
    this.#events.caughtUp(this.#isReady, this.#isReady ? '' : reason)
    this.#events.looked(view)
    this.#link.follow(isLed ? view.url : '')
    if (isLed && !this.#link.isJoined) this.#strangerLooks++
    if (isLed && this.isFollowing && !this.#isRehearsed) this.#rehearse()
  }

  /** @throws JournalRolledBackError when the journal holds less than was seen before the look */
  #compare(view: LeaseView, before: number): void {
    if (view.head.last < before) {
      throw new JournalRolledBackError(`the journal ends at ${view.head.last}, our state at ${before}`)
    }
    this.#followed.seen.looked(view)
  }

  /** One or two looks may find a busy process behind; after that it is late or cut off. */
  #fallBehind(): void {
    this.#behindLooks = 0
    this.#isCaughtUp = false
    if (!this.#follower.isFed) return
    this.#link.close()
    this.#follower.feedLost()
  }

  get #isReady(): boolean {
    return this.#isCaughtUp && this.#isRehearsed
  }

  /** One that has not rehearsed yet could lead, too, if only a little slower: that is better than no leader. */
  #stand(): void {
    this.#link.stand(this.sequence, this.#isCaughtUp && this.#canWrite)
  }

  /** Try a take-over without taking anything. One that cannot write is tried again soon; the real one may be lucky. */
  #rehearse(): void {
    const { rehearse, timers } = this.#seams
    if (!rehearse || this.#rehearsing || this.#stopped) return
    this.#rehearsing = true
    const cancel = timers.after(REHEARSAL_MS_MAX, () => (this.#isRehearsed = true))
    const rehearsed = (failure?: string): void => {
      cancel()
      this.#rehearsing = false
      this.#isRehearsed = true
      this.#canWrite = failure === undefined
      if (this.#stopped) return
      this.#events.writable(this.#canWrite, failure ?? '')
      if (!this.#canWrite) timers.after(REHEARSAL_RETRY_MS, () => this.#rehearse())
    }
    rehearse().then(
      () => rehearsed(),
      (error: unknown) => rehearsed(reasonOf(error)),
    )
  }
}

/** Of the state that a standby follows with. */
function newSnapshotTaker(
  { journal, clock, observer, log }: StandbySeams,
  { snapshots }: StandbySettings,
  { recovered, recordedThrough }: Followed,
): SnapshotTaker {
  return new SnapshotTaker({
    journal,
    clock,
    policy: snapshots,
    exchange: recovered.exchange,
    recordedThrough,
    events: {
      saved: (sequence, bytes) => {
        observer.snapshot(bytes)
        log.info({ sequence, bytes }, 'snapshot saved')
      },
      failed: (error) => log.warn({ err: error }, 'no snapshot saved'),
    },
  })
}
