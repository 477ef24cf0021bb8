import {
  decodeFrame,
  encodeStanding,
  FrameType,
  ProtocolError,
  type BatchesFrame,
  type Frame,
  type HandOffFrame,
} from '@uptick/protocol'
import type { Clock } from '@uptick/runtime'
import type { DialMember, MemberSocket } from './seams.ts'

/** A leader sends something every 250 ms: one that is silent for this long, ms, is frozen, or the connection is cut. */
const SILENT_MS_MAX = 1_000

export interface LeaderLinkEvents {
  /** The first message. */
  join(): Uint8Array
  batches(frame: BatchesFrame): void
  handedOff(frame: HandOffFrame): void
  /** The connection is closed, or was never opened. */
  lost(reason: string): void
}

/**
 * A standby's connection to the leader. Dials when it is told the leader's address; a lost connection is dialled again
 * the next time. It is only a shortcut: everything that comes over it is in the journal as well.
 */
export class LeaderLink {
  readonly #dial: DialMember
  readonly #events: LeaderLinkEvents
  readonly #clock: Clock
  /** `Clock.elapsed` of the last frame, or of dialling. */
  #heardAt = 0
  #socket: MemberSocket | undefined
  #url = ''
  #isOpen = false
  #isJoined = false

  constructor(dial: DialMember, clock: Clock, events: LeaderLinkEvents) {
    this.#clock = clock
    this.#dial = dial
    this.#events = events
  }

  /** The leader knows of this standby: it has answered the JOIN. */
  get isJoined(): boolean {
    return this.#isJoined
  }

  /** The leader is at `url`; empty: there is no leader. */
  follow(url: string): void {
    if (this.#socket && this.#url === url) {
      if (this.#clock.elapsed() - this.#heardAt <= SILENT_MS_MAX) return
      this.#events.lost('the leader is silent')
    }
    this.close()
    this.#url = url
    if (url !== '') this.#open(url)
  }

  /** Tell the leader how far this member is. */
  stand(sequence: number, isReady: boolean): void {
    if (this.#isOpen) this.#socket?.send(encodeStanding(sequence, isReady))
  }

  close(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#isOpen = this.#isJoined = false
    socket?.close()
  }

  #open(url: string): void {
    let socket: MemberSocket | undefined
    this.#heardAt = this.#clock.elapsed()
    const isOurs = (): boolean => socket !== undefined && this.#socket === socket
    socket = this.#dial(url, {
      opened: () => {
        if (!isOurs()) return
        this.#isOpen = true
        socket?.send(this.#events.join())
      },
      received: (data) => {
        if (isOurs()) this.#receive(data)
      },
      closed: (reason) => {
        if (isOurs()) this.#lose(reason)
      },
    })
    this.#socket = socket
  }

  #receive(data: Uint8Array): void {
    this.#heardAt = this.#clock.elapsed()
    let frame: Frame
    try {
      frame = decodeFrame(data)
      if (frame.type === FrameType.BATCHES) {
        this.#isJoined = true
        this.#events.batches(frame)
      } else if (frame.type === FrameType.HAND_OFF) this.#events.handedOff(frame)
      else this.#lose('the leader says something else')
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#lose(error.message)
    }
  }

  #lose(reason: string): void {
    this.close()
    this.#events.lost(reason)
  }
}
