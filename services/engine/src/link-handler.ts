import { Doorkeeper, type LinkKeys, type Nonce } from '@uptick/link'
import {
  decodeFrame,
  encodeGoodbye,
  FrameType,
  LINK_VERSION,
  LinkRole,
  MalformedError,
  ProtocolError,
  type Frame,
  type HelloFrame,
  type JoinFrame,
  type QueryFrame,
} from '@uptick/protocol'
import type { CancelTimer, Timers } from '@uptick/runtime'
import { mayAsk, type PeerRole } from './entitlement.ts'
import { CloseCode, closeReason } from './link-errors.ts'
import { Leader } from './leader.ts'
import type { Link } from './link-table.ts'
import type { Member } from './member-table.ts'
import { HELLO_MS_MAX, INTRODUCTION_MS_MAX, STRANGER_BYTES_MAX } from './limits.ts'
import type { LinkSocket } from './seams.ts'

/** The peers that are accepted. */
export interface Door {
  readonly keys: LinkKeys
  /** Whether a peer may begin without a handshake, as older releases do. */
  readonly isOptional: boolean
  readonly nonce?: Nonce
}

/** Answers an operator's questions to a member that does not lead. */
export interface MemberDesk {
  /** The WELCOME frame. */
  welcome(): Uint8Array
  /** The ANSWER frame; never rejects. */
  answer(frame: QueryFrame): Promise<Uint8Array>
}

/** Why this engine does not answer. */
export interface Away {
  readonly desk: MemberDesk
  readonly reason: string
  /** URL of the leader, if that is known. */
  readonly leader?: string
  /** It will lead in a moment: a peer that says HELLO may wait for that. */
  readonly isSoon: boolean
}

/** The present answerer: a leader, or the reason why there is none. */
export type Host = () => Leader | Away

/**
 * The conversation on one connection. Modes: *stranger* (waits, bounded, until it has proved what it is: nothing but the
 * handshake is looked at) → *new* (waits, bounded, for HELLO or JOIN, and then for a leader if there will
 * be one in a moment) → *linked* (COMMANDS and QUERY of a gateway go to the leader) or *joined* (a standby is fed, and
 * says how far it is) → *over* (everything is ignored until the connection is gone). Bytes that are no frame, and frames
 * that do not belong here, end the conversation with a reason; they never throw.
 */
export class LinkHandler {
  readonly #socket: LinkSocket
  readonly #host: Host
  readonly #timers: Timers
  readonly #isOptional: boolean
  readonly #doorkeeper: Doorkeeper
  #cancelTimer: CancelTimer
  /** The role that the peer has proved; undefined while it is a stranger. */
  #role: PeerRole | undefined
  #leader: Leader | undefined
  #link: Link | undefined
  #member: Member | undefined
  #desk: MemberDesk | undefined
  /** The HELLO or JOIN that is not answered yet. */
  #waiting: HelloFrame | JoinFrame | undefined
  #over = false

  constructor(socket: LinkSocket, host: Host, timers: Timers, door: Door) {
    this.#socket = socket
    this.#host = host
    this.#timers = timers
    this.#isOptional = door.isOptional
    this.#doorkeeper = new Doorkeeper(door.keys, door.nonce)
    this.#cancelTimer = timers.after(INTRODUCTION_MS_MAX, () => this.turnAway('did not prove who it is in time'))
  }

  /** The peer has not proved its role. */
  get isStranger(): boolean {
    return this.#role === undefined
  }

  /** End the conversation with a peer that has no right to it. */
  turnAway(reason: string): void {
    if (!this.#over) this.#end(CloseCode.POLICY_VIOLATION, reason)
  }

  /** A whole message arrived. */
  received(data: Uint8Array): void {
    if (this.#over || this.#link?.isOpen === false) return
    if (this.#role === undefined && data.byteLength > STRANGER_BYTES_MAX)
      return this.turnAway('prove who you are first')
    let frame: Frame
    try {
      frame = decodeFrame(data)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      const code = error instanceof MalformedError ? CloseCode.INVALID_PAYLOAD : CloseCode.PROTOCOL_ERROR
      this.#end(code, error.message)
      return
    }
    if (this.#role === undefined) this.#examine(frame)
    else this.#converse(this.#role, frame)
  }

  #converse(role: PeerRole, frame: Frame): void {
    if (this.#desk) this.#ask(this.#desk, role, frame)
    else if (this.#leader && this.#link) this.#dispatch(this.#leader, this.#link, frame)
    else if (this.#leader && this.#member && frame.type === FrameType.STANDING) {
      this.#leader.members.stands(this.#member, frame)
    } else if (this.#waiting || this.#member) this.#end(CloseCode.PROTOCOL_ERROR, 'a frame out of its order')
    else this.#greet(role, frame)
  }

  /** The handshake: what a stranger says beside it ends the conversation. */
  #examine(frame: Frame): void {
    if (frame.type === FrameType.INTRODUCE) {
      const challenge = this.#doorkeeper.challenge(frame)
      if (challenge) this.#socket.send(challenge)
      else this.turnAway('there is no secret that both of us know')
    } else if (frame.type === FrameType.PROOF) {
      const role = this.#doorkeeper.admit(frame)
      if (role === undefined) this.turnAway('the proof is wrong')
      else this.#admit(role)
    } else if (this.#isOptional && (frame.type === FrameType.HELLO || frame.type === FrameType.JOIN)) {
      this.#admit('unproven')
      this.#greet('unproven', frame)
    } else this.turnAway('prove who you are first')
  }

  #admit(role: PeerRole): void {
    this.#role = role
    this.#cancelTimer()
    this.#cancelTimer = this.#timers.after(HELLO_MS_MAX, () => this.#end(CloseCode.POLICY_VIOLATION, 'no HELLO'))
  }

  /** Text messages are refused. */
  receivedText(): void {
    if (!this.#over) this.#end(CloseCode.UNSUPPORTED_DATA, 'the link is binary')
  }

  drained(): void {
    if (this.#link) this.#leader?.drained(this.#link)
    if (this.#member) this.#leader?.members.pump(this.#member)
  }

  closed(): void {
    this.#over = true
    this.#waiting = undefined
    this.#cancelTimer()
    if (this.#link) this.#leader?.detach(this.#link)
    if (this.#member) this.#leader?.members.left(this.#member)
  }

  /** The answerer has changed. */
  hostChanged(): void {
    const frame = this.#waiting
    this.#waiting = undefined
    if (frame && !this.#over) this.#meet(frame)
  }

  #greet(role: PeerRole, frame: Frame): void {
    if (frame.type !== FrameType.HELLO && frame.type !== FrameType.JOIN) {
      return this.#end(CloseCode.PROTOCOL_ERROR, 'HELLO comes first')
    }
    if (!mayGreet(role, frame)) return this.turnAway('this role does not begin like that')
    if (frame.lowestVersion > LINK_VERSION || frame.highestVersion < LINK_VERSION) {
      const spoken = `${frame.lowestVersion} … ${frame.highestVersion}`
      return this.#end(CloseCode.PROTOCOL_ERROR, `link versions ${spoken}; this engine speaks ${LINK_VERSION}`)
    }
    this.#meet(frame)
  }

  #meet(frame: HelloFrame | JoinFrame): void {
    const host = this.#host()
    if (host instanceof Leader) {
      this.#cancelTimer()
      this.#leader = host
      if (frame.type === FrameType.HELLO) this.#link = host.welcome(this.#socket, frame, this.#role ?? 'unproven')
      else this.#member = host.join(this.#socket, frame)
      this.#over = this.#link === undefined && this.#member === undefined
    } else if (onlyAsks(frame)) {
      // No commands and no feed: a peer that asks for this member's status.
      this.#cancelTimer()
      this.#desk = host.desk
      this.#socket.send(host.desk.welcome())
    } else if (host.isSoon) this.#waiting = frame
    else {
      const { reason, leader } = host
      this.#socket.send(encodeGoodbye({ reason, leader }))
      this.#end(CloseCode.TRY_AGAIN_LATER, reason)
    }
  }

  #dispatch(leader: Leader, link: Link, frame: Frame): void {
    if (frame.type === FrameType.COMMANDS) return leader.accept(link, frame)
    if (frame.type === FrameType.QUERY) return leader.query(link, frame)
    this.#end(CloseCode.PROTOCOL_ERROR, 'a frame that gateways do not send')
  }

  #ask(desk: MemberDesk, role: PeerRole, frame: Frame): void {
    if (frame.type !== FrameType.QUERY) return this.#end(CloseCode.PROTOCOL_ERROR, 'only questions are answered here')
    if (!mayAsk(role, frame.body)) return this.turnAway('an operator asks that')
    void desk.answer(frame).then((answer) => {
      if (!this.#over) this.#socket.send(answer)
    })
  }

  #end(code: CloseCode, reason: string): void {
    this.#over = true
    this.#waiting = undefined
    this.#cancelTimer()
    this.#socket.close(code, closeReason(reason))
  }
}

/** No commands and no feed: the peer only asks. */
function onlyAsks(frame: HelloFrame | JoinFrame): boolean {
  return frame.type === FrameType.HELLO && frame.session === 0 && frame.feedFrom < 0
}

function mayGreet(role: PeerRole, frame: HelloFrame | JoinFrame): boolean {
  if (role === 'unproven') return true
  if (frame.type === FrameType.JOIN) return role === LinkRole.MEMBER
  return role !== LinkRole.MEMBER || onlyAsks(frame)
}
