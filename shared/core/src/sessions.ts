/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { type Command, CommandKind } from './command.ts'
import type { EventWriter } from './event-writer.ts'
import type { Output } from './output.ts'
import { Reject, type RejectCode } from './reject.ts'
import { ReplyRing } from './reply-ring.ts'

// As constants of this module: only those are compiled into the code.
const { INVALID_FIELD, NONE: ACCEPTED, SESSION_UNKNOWN } = Reject
const { OPEN_SESSION, END_SESSION } = CommandKind

/** Bounds on the replies that are kept for one session, and on their words. */
const MOST_REPLIES = 10_000
const MOST_WORDS = 1 << 24
export const REPLIES_MAX = MOST_REPLIES
export const REPLY_WORDS_MAX = MOST_WORDS

/** A gateway's session: the number of its last command, and the replies it has not confirmed. */
export class Session {
  readonly id: number
  last = 0
  readonly ring = new ReplyRing()
  /** Ring positions of the replies to numbers first … last, by number modulo the length. */
  positions = new Float64Array(16)
  /** The lowest number whose reply is kept; last + 1 when none is. */
  first = 1

  constructor(id: number) {
    this.id = id
  }

  get remembered(): number {
    return this.last + 1 - this.first
  }

  /** Forget the replies to numbers up to `confirmed`. */
  confirm(confirmed: number): void {
    if (confirmed >= this.first && this.first <= this.last) this.#forget(Math.min(confirmed, this.last))
  }

  remember(output: Output, originalSequence: number, reject: RejectCode): void {
    const kept = this.last + 1 - this.first
    if (kept >= MOST_REPLIES) this.#forget(this.first)
    while (this.ring.tail - this.ring.head > MOST_WORDS && this.first <= this.last) this.#forget(this.first)
    if (kept === this.positions.length) this.#grow()
    const position = this.ring.append(output, originalSequence, reject)
    this.last++
    this.positions[this.last & (this.positions.length - 1)] = position
  }

  /** Ring position of the reply to `number`, or −1 when it is forgotten. */
  find(number: number): number {
    if (number < this.first || number > this.last) return -1
    return this.positions[number & (this.positions.length - 1)]!
  }

  /** Ring positions of the kept replies in order, for a snapshot. */
  linearPositions(): Float64Array {
    const { positions, first } = this
    return Float64Array.from({ length: this.remembered }, (_, i) => positions[(first + i) & (positions.length - 1)]!)
  }

  /** Take over the result of `linearPositions`; `first` and `last` are set. */
  adoptPositions(kept: Float64Array): void {
    while (this.positions.length < kept.length) this.positions = new Float64Array(this.positions.length * 2)
    for (let i = 0; i < kept.length; i++) {
      this.positions[(this.first + i) & (this.positions.length - 1)] = kept[i]!
    }
  }

  /** Forget the replies up to that of `number`, which is kept. */
  #forget(number: number): void {
    const first = number + 1
    this.first = first
    const { last, positions, ring } = this
    ring.dropTo(first <= last ? positions[first & (positions.length - 1)]! : ring.tail)
  }

  #grow(): void {
    const old = this.positions
    this.positions = new Float64Array(old.length * 2)
    for (let number = this.first; number <= this.last; number++) {
      this.positions[number & (this.positions.length - 1)] = old[number & (old.length - 1)]!
    }
  }
}

/**
 * The open sessions of a shard; each command number is executed at most once. Their number has no bound here: a refusal
 * would keep a new gateway out, while unused sessions stayed. Only the leader knows the unused ones. It ends them by
 * command, at once past a certain number (`SESSIONS_MAX` of the engine, which opens one for each link). Every open
 * session is found in constant time, so more of them slow down nothing but the snapshots.
 */
export class Sessions {
  readonly byId = new Map<number, Session>()
  /** The session of the last command: nearly always also that of the next one. */
  #latest: Session | undefined = undefined

  find(id: number): Session | undefined {
    if (this.#latest !== undefined && this.#latest.id === id) return this.#latest
    const found = this.byId.get(id)
    if (found !== undefined) this.#latest = found
    return found
  }

  /** OPEN_SESSION, END_SESSION, EXPIRE_SESSION: they are not numbered. */
  execute(c: Command, writer: EventWriter): RejectCode {
    const session = this.find(c.session)
    if (c.kind === OPEN_SESSION) {
      if (c.session === 0 || !Number.isSafeInteger(c.session)) return INVALID_FIELD
      if (session) return ACCEPTED
      this.byId.set(c.session, new Session(c.session))
      writer.session(c.session, 'opened')
      return ACCEPTED
    }
    if (!session) return SESSION_UNKNOWN
    this.byId.delete(c.session)
    this.#latest = undefined
    writer.session(c.session, c.kind === END_SESSION ? 'ended' : 'expired')
    return ACCEPTED
  }
}
