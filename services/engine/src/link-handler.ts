import {
  decodeFrame,
  encodeGoodbye,
  FrameType,
  LINK_VERSION,
  MalformedError,
  ProtocolError,
  type Frame,
  type HelloFrame,
  type JoinFrame,
  type QueryFrame,
} from '@uptick/protocol'
import { CloseCode, closeReason } from './link-errors.ts'
import { Leader } from './leader.ts'
import type { Link } from './link-table.ts'
import type { Member } from './member-table.ts'
import { HELLO_MS_MAX } from './limits.ts'
import type { CancelTimer, LinkSocket, Timers } from './seams.ts'

/** Answers an operator's questions to a member that does not lead. */
export interface MemberDesk {
  /** The WELCOME frame. */
  welcome(): Uint8Array
  /** The ANSWER frame; never rejects. */
  answer(frame: QueryFrame): Promise<Uint8Array>
}

/** Why nobody answers here. */
export interface Away {
  readonly desk: MemberDesk
  readonly reason: string
  /** URL of who leads, if that is known. */
  readonly leader?: string
  /** It will lead in a moment: who says HELLO may wait for that. */
  readonly isSoon: boolean
}

/** Who answers at the moment: a leader, or why there is none. */
export type Host = () => Leader | Away

/**
 * The conversation on one connection. Modes: *new* (waits, bounded, for HELLO or JOIN, and then for a leader if there will
 * be one in a moment) → *linked* (COMMANDS and QUERY of a gateway go to the leader) or *joined* (a standby is fed, and
 * says how far it is) → *over* (everything is ignored until the connection is gone). Bytes that are no frame, and frames
 * that do not belong here, end the conversation with a reason; they never throw.
 */
export class LinkHandler {
  readonly #socket: LinkSocket
  readonly #host: Host
  readonly #cancelHelloTimer: CancelTimer
  #leader: Leader | undefined
  #link: Link | undefined
  #member: Member | undefined
  #desk: MemberDesk | undefined
  /** Said, and not answered yet. */
  #waiting: HelloFrame | JoinFrame | undefined
  #over = false

  constructor(socket: LinkSocket, host: Host, timers: Timers) {
    this.#socket = socket
    this.#host = host
    this.#cancelHelloTimer = timers.after(HELLO_MS_MAX, () => this.#end(CloseCode.POLICY_VIOLATION, 'no HELLO'))
  }

  /** A whole message arrived. */
  received(data: Uint8Array): void {
    if (this.#over || this.#link?.isOpen === false) return
    let frame: Frame
    try {
      frame = decodeFrame(data)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      const code = error instanceof MalformedError ? CloseCode.INVALID_PAYLOAD : CloseCode.PROTOCOL_ERROR
      this.#end(code, error.message)
      return
    }
    if (this.#desk) this.#ask(this.#desk, frame)
    else if (this.#leader && this.#link) this.#dispatch(this.#leader, this.#link, frame)
    else if (this.#leader && this.#member && frame.type === FrameType.STANDING) {
      this.#leader.members.stands(this.#member, frame)
    } else if (this.#waiting || this.#member) this.#end(CloseCode.PROTOCOL_ERROR, 'a frame out of its order')
    else this.#greet(frame)
  }

  /** Text is not spoken here. */
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
    this.#cancelHelloTimer()
    if (this.#link) this.#leader?.detach(this.#link)
    if (this.#member) this.#leader?.members.left(this.#member)
  }

  /** Who answers here has changed. */
  hostChanged(): void {
    const frame = this.#waiting
    this.#waiting = undefined
    if (frame && !this.#over) this.#meet(frame)
  }

  #greet(frame: Frame): void {
    if (frame.type !== FrameType.HELLO && frame.type !== FrameType.JOIN) {
      return this.#end(CloseCode.PROTOCOL_ERROR, 'HELLO comes first')
    }
    if (frame.lowestVersion > LINK_VERSION || frame.highestVersion < LINK_VERSION) {
      const spoken = `${frame.lowestVersion} … ${frame.highestVersion}`
      return this.#end(CloseCode.PROTOCOL_ERROR, `link versions ${spoken}; this engine speaks ${LINK_VERSION}`)
    }
    this.#meet(frame)
  }

  #meet(frame: HelloFrame | JoinFrame): void {
    const host = this.#host()
    if (host instanceof Leader) {
      this.#cancelHelloTimer()
      this.#leader = host
      if (frame.type === FrameType.HELLO) this.#link = host.welcome(this.#socket, frame)
      else this.#member = host.join(this.#socket, frame)
      this.#over = this.#link === undefined && this.#member === undefined
    } else if (frame.type === FrameType.HELLO && frame.session === 0 && frame.feedFrom < 0) {
      // No commands and no feed: somebody who wants to know how this member is.
      this.#cancelHelloTimer()
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

  #ask(desk: MemberDesk, frame: Frame): void {
    if (frame.type !== FrameType.QUERY) return this.#end(CloseCode.PROTOCOL_ERROR, 'only questions are answered here')
    void desk.answer(frame).then((answer) => {
      if (!this.#over) this.#socket.send(answer)
    })
  }

  #end(code: CloseCode, reason: string): void {
    this.#over = true
    this.#waiting = undefined
    this.#cancelHelloTimer()
    this.#socket.close(code, closeReason(reason))
  }
}
