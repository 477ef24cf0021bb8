import {
  decodeFrame,
  encodeGoodbye,
  FrameType,
  LINK_VERSION,
  MalformedError,
  ProtocolError,
  type Frame,
  type HelloFrame,
} from '@uptick/protocol'
import { CloseCode, closeReason } from './link-errors.ts'
import type { Leader } from './leader.ts'
import type { Link } from './link-table.ts'
import { HELLO_MS_MAX } from './limits.ts'
import type { CancelTimer, LinkSocket, Timers } from './seams.ts'

/** Who answers at the moment: a leader, or why there is none. */
export type Host = () => Leader | string

/**
 * The conversation on one connection. Modes: *new* (waits, bounded, for HELLO) → *linked* (COMMANDS and QUERY go to the
 * leader) → *over* (everything is ignored until the connection is gone). Bytes that are no frame, and frames that do
 * not belong here, end the conversation with a reason; they never throw.
 */
export class LinkHandler {
  readonly #socket: LinkSocket
  readonly #host: Host
  readonly #cancelHelloTimer: CancelTimer
  #leader: Leader | undefined
  #link: Link | undefined
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
    if (this.#link && this.#leader) this.#dispatch(this.#leader, this.#link, frame)
    else this.#greet(frame)
  }

  /** Text is not spoken here. */
  receivedText(): void {
    if (!this.#over) this.#end(CloseCode.UNSUPPORTED_DATA, 'the link is binary')
  }

  drained(): void {
    if (this.#link) this.#leader?.drained(this.#link)
  }

  closed(): void {
    this.#over = true
    this.#cancelHelloTimer()
    if (this.#link) this.#leader?.detach(this.#link)
  }

  #greet(frame: Frame): void {
    if (frame.type !== FrameType.HELLO) return this.#end(CloseCode.PROTOCOL_ERROR, 'HELLO comes first')
    if (frame.lowestVersion > LINK_VERSION || frame.highestVersion < LINK_VERSION) {
      const spoken = `${frame.lowestVersion} … ${frame.highestVersion}`
      return this.#end(CloseCode.PROTOCOL_ERROR, `link versions ${spoken}; this engine speaks ${LINK_VERSION}`)
    }
    this.#cancelHelloTimer()
    this.#meet(frame)
  }

  #meet(hello: HelloFrame): void {
    const host = this.#host()
    if (typeof host === 'string') {
      this.#socket.send(encodeGoodbye({ reason: host }))
      return this.#end(CloseCode.TRY_AGAIN_LATER, host)
    }
    this.#leader = host
    this.#link = host.welcome(this.#socket, hello)
    this.#over = this.#link === undefined
  }

  #dispatch(leader: Leader, link: Link, frame: Frame): void {
    if (frame.type === FrameType.COMMANDS) return leader.accept(link, frame)
    if (frame.type === FrameType.QUERY) return leader.query(link, frame)
    this.#end(CloseCode.PROTOCOL_ERROR, 'a frame that gateways do not send')
  }

  #end(code: CloseCode, reason: string): void {
    this.#over = true
    this.#cancelHelloTimer()
    this.#socket.close(code, closeReason(reason))
  }
}
