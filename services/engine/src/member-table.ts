import type { RosterEntry } from '@uptick/journal'
import { encodeBatches, encodeHandOff, type JoinFrame, type MemberFacts, type StandingFrame } from '@uptick/protocol'
import type { Clock } from '@uptick/runtime'
import { closeReason, CloseCode } from './link-errors.ts'
import { LINK_BUFFERED_BYTES_MAX, MEMBERS_MAX } from './limits.ts'
import type { RetainedBatches } from './retained-batches.ts'
import type { LinkSocket } from './seams.ts'

/** Payload bytes of one BATCHES frame, unless a single batch is longer. */
const FRAME_BYTES_MAX = 1 << 20

/** Standbys report their position every 100 ms; one that is silent for this long, ms, may be frozen, or cut off. */
const SILENT_MS_MAX = 500
const GONE_MS_MAX = 10_000

/** A standby that joined, as the leader sees it. */
export class Member {
  readonly socket: LinkSocket
  readonly facts: MemberFacts
  /** Sequence that is sent next. */
  next: number
  /** The standby has executed everything up to here. */
  sequence = 0
  /** It reports that it could lead. */
  isReady = false
  /** `Clock.elapsed`, ms. */
  heardAt: number

  constructor(socket: LinkSocket, join: JoinFrame, now: number) {
    this.socket = socket
    this.heardAt = now
    this.facts = join.member
    this.next = join.from
  }
}

/** A member that lacks a behaviour. */
export interface Lacking {
  readonly holder: string
  /** Its address; empty for the leader itself, which answers. */
  readonly url: string
  /** `leads`, `follows` over a link, or only `reads` the journal. */
  readonly how: 'leads' | 'follows' | 'reads'
}

/**
 * The standbys that follow a leader. Each is fed the committed batches from its own place in those that are kept; one
 * that fell out of them continues with the oldest, and reads the rest in the journal.
 */
export class MemberTable {
  readonly #retained: RetainedBatches
  readonly #behaviours: readonly number[]
  readonly #others: () => readonly RosterEntry[]
  readonly #epoch: number
  readonly #members = new Set<Member>()
  readonly #clock: Clock

  /** @param leader what it has committed, the behaviours that its build knows, and who else executes the journal. */
  constructor(leader: {
    readonly epoch: number
    readonly batches: RetainedBatches
    readonly behaviours: readonly number[]
    readonly others: () => readonly RosterEntry[]
    readonly clock: Clock
  }) {
    this.#clock = leader.clock
    this.#retained = leader.batches
    this.#behaviours = leader.behaviours
    this.#others = leader.others
    this.#epoch = leader.epoch
  }

  get count(): number {
    return this.#members.size
  }

  all(): Member[] {
    return [...this.#members]
  }

  /** A standby said JOIN. Undefined when it was turned away instead. */
  join(socket: LinkSocket, join: JoinFrame): Member | undefined {
    if (this.#members.size >= MEMBERS_MAX) {
      socket.close(CloseCode.TRY_AGAIN_LATER, closeReason('too many members'))
      return undefined
    }
    const member = new Member(socket, join, this.#clock.elapsed())
    this.#members.add(member)
    // Tells it at least where the journal ends.
    if (!this.pump(member)) socket.send(encodeBatches(this.#epoch, this.#retained.last, []))
    return member
  }

  stands(member: Member, frame: StandingFrame): void {
    member.sequence = frame.sequence
    member.isReady = frame.isReady
    member.heardAt = this.#clock.elapsed()
  }

  left(member: Member): void {
    this.#members.delete(member)
  }

  /** There are more committed batches. */
  publish(): void {
    for (const member of this.#members) this.pump(member)
  }

  /** Send what its socket has room for; whether anything was sent. */
  pump(member: Member): boolean {
    const { last, oldest } = this.#retained
    let sent = false
    while (member.next <= last && member.socket.bufferedBytes < LINK_BUFFERED_BYTES_MAX) {
      const payloads: Uint8Array[] = []
      let bytes = 0
      while (member.next <= last && (bytes === 0 || bytes < FRAME_BYTES_MAX)) {
        const batch = this.#retained.find(Math.max(member.next, oldest))
        if (!batch) break
        payloads.push(batch.payload)
        bytes += batch.payload.byteLength
        member.next = batch.last + 1
      }
      if (payloads.length === 0) break
      member.socket.send(encodeBatches(this.#epoch, last, payloads))
      sent = true
    }
    return sent
  }

  /** Send something to each member, so that a standby can tell a quiet leader from a cut connection. */
  beat(): void {
    for (const { socket } of this.#members) {
      if (socket.bufferedBytes === 0) socket.send(encodeBatches(this.#epoch, this.#retained.last, []))
    }
  }

  /** Disconnect standbys that have been silent for long. */
  closeSilent(): void {
    const since = this.#clock.elapsed() - GONE_MS_MAX
    for (const member of this.#members) {
      if (member.heardAt < since) member.socket.close(CloseCode.POLICY_VIOLATION, closeReason('said nothing for long'))
    }
  }

  /**
   * The member that could lead at once: of those that are ready and were heard from just now, the one that is furthest.
   */
  successor(): Member | undefined {
    const since = this.#clock.elapsed() - SILENT_MS_MAX
    const ready = [...this.#members].filter(({ isReady, heardAt }) => isReady && heardAt >= since)
    return ready.toSorted((a, b) => b.sequence - a.sequence)[0]
  }

  handTo(member: Member, last: number): void {
    member.socket.send(encodeHandOff(this.#epoch, last))
  }

  /** Behaviours that the leader and all others that execute the journal know. */
  supported(): number[] {
    return this.#behaviours.filter((behaviour) => this.lacking(behaviour).length === 0)
  }

  /** The members that lack the behaviour, and would be unfit by it. Those that have not joined count as well. */
  lacking(behaviour: number): Lacking[] {
    const leader: Lacking[] = this.#behaviours.includes(behaviour) ? [] : [{ holder: '', url: '', how: 'leads' }]
    const members = [...this.#members].map(({ facts }) => facts)
    const joined = new Set(members.map(({ holder }) => holder))
    const followers = members.filter(({ behaviours }) => !behaviours.includes(behaviour))
    const readers = this.#others().filter(
      ({ holder, behaviours }) => !joined.has(holder) && !behaviours.includes(behaviour),
    )
    return [
      ...leader,
      ...followers.map(({ holder, url }): Lacking => ({ holder, url, how: 'follows' })),
      ...readers.map(({ holder, place }): Lacking => ({ holder, url: place, how: 'reads' })),
    ]
  }

  /** Close all connections of members. */
  close(reason: string): void {
    for (const { socket } of this.#members) socket.close(CloseCode.SERVICE_RESTART, closeReason(reason))
    this.#members.clear()
  }
}
