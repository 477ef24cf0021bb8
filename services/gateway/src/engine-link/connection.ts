import { strict as assert } from 'node:assert'
import {
  decodeFrame,
  encodeHello,
  type Frame,
  FrameType,
  type Hello,
  type OutcomesFrame,
  type RepliesFrame,
  type WelcomeFrame,
} from '@uptick/protocol'
import type { CancelTimer, Timers } from '@uptick/runtime'
import type { Dial, LinkSocket } from './socket.ts'

export type FeedFrame = OutcomesFrame

export interface ConnectionOptions {
  readonly urls: readonly string[]
  readonly dial: Dial
  readonly timers: Timers
  readonly random: () => number
  readonly log: (message: string, detail?: unknown) => void
}

export interface ConnectionEvents {
  /** The HELLO to send first. */
  hello(): Hello
  welcomed(frame: WelcomeFrame): void
  fed(frame: FeedFrame): void
  replied(frame: RepliesFrame): void
  answered(id: number, sequence: number, value: unknown): void
  /** Any frame came. */
  heard(): void
  /** The engine sent GOODBYE with this reason. */
  refused(reason: unknown): void
  /** A welcomed connection is lost; another engine is being dialled. */
  lost(): void
}

/** From dialling to an open connection. A frozen process never opens one. */
const OPEN_MS_MAX = 300
/** From an open connection to WELCOME. An engine that is about to lead lets the link wait; other ones hang up. */
const WELCOME_MS_MAX = 1000
const BACKOFF_MS_MIN = 20
const BACKOFF_MS_MAX = 100
/** How many GOODBYEs in a row are followed without a pause: two engines may each name the other as the leader. */
const TOLD_MAX = 4

/**
 * Keeps one connection to the engine that leads. It dials the URLs in turn with a small, bounded, jittered delay, sends
 * HELLO, and hands on the frames that arrive. After GOODBYE it goes at once to the leader that the engine names, or
 * else to the next URL.
 */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #events: ConnectionEvents
  #socket: LinkSocket | undefined
  #attempts = 0
  #next = 0
  /** The leader that the last GOODBYE named. */
  #leader: string | undefined
  #welcomed = false
  #cancel: CancelTimer = () => {}
  #closed = false

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    if (options.urls.length === 0) throw new Error('a link needs the URL of an engine')
    this.#options = options
    this.#events = events
  }

  /** May be called again after `close`. */
  start(): void {
    this.#closed = false
    this.#dial()
  }

  /**
   * Send a frame between `welcomed` and `lost`. At other times it is dropped, and sent again after the next WELCOME.
   */
  send(frame: Uint8Array): void {
    if (this.#welcomed) this.#socket?.send(frame)
  }

  /** Hang up and dial the next engine. */
  drop(reason: string): void {
    const socket = this.#socket
    if (socket === undefined) return
    this.#gone(socket, reason)
    socket.close()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    this.drop('closing')
  }

  #dial(): void {
    if (this.#closed) return
    const { urls, dial, timers } = this.#options
    const url = this.#leader ?? urls[this.#next++ % urls.length]
    assert(url !== undefined, 'there is an engine to dial')
    this.#leader = undefined
    let socket: LinkSocket | undefined
    let isOpen = false
    const hello = (): void => socket?.send(encodeHello(this.#events.hello()))
    socket = dial(url, {
      opened: () => {
        isOpen = true
        if (socket !== undefined && this.#socket === socket) this.#expectWelcome(url)
        hello()
      },
      received: (frame) => {
        if (socket !== undefined && this.#socket === socket) this.#receive(frame)
      },
      closed: (reason) => {
        if (socket !== undefined) this.#gone(socket, reason)
      },
    })
    this.#socket = socket
    if (isOpen) {
      this.#expectWelcome(url)
      hello()
    } else this.#cancel = timers.after(OPEN_MS_MAX, () => this.drop(`no connection to ${url}`))
  }

  #expectWelcome(url: string): void {
    this.#cancel()
    this.#cancel = this.#options.timers.after(WELCOME_MS_MAX, () => {
      if (!this.#welcomed) this.drop(`no welcome from ${url}`)
    })
  }

  #receive(data: Uint8Array): void {
    let frame: Frame
    try {
      frame = decodeFrame(data)
    } catch (error) {
      this.#options.log('the engine sent a frame that cannot be read', error)
      this.drop('unreadable frame')
      return
    }
    this.#events.heard()
    this.#hand(frame)
  }

  #hand(frame: Frame): void {
    switch (frame.type) {
      case FrameType.WELCOME:
        this.#cancel()
        this.#welcomed = true
        this.#attempts = 0
        return this.#events.welcomed(frame)
      case FrameType.OUTCOMES:
        return this.#events.fed(frame)
      case FrameType.REPLIES:
        return this.#events.replied(frame)
      case FrameType.ANSWER:
        return this.#events.answered(frame.id, frame.sequence, frame.body)
      case FrameType.GOODBYE:
        this.#options.log('the engine says goodbye', frame.reason)
        this.#leader = leaderOf(frame.reason)
        this.#events.refused(reasonOf(frame.reason))
        return this.drop('goodbye')
      default:
        return this.drop('a frame that only gateways send')
    }
  }

  #gone(socket: LinkSocket, reason: string): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    this.#cancel()
    const wasWelcomed = this.#welcomed
    this.#welcomed = false
    if (wasWelcomed) this.#events.lost()
    if (this.#closed) return
    if (wasWelcomed || this.#attempts === 0) this.#options.log('link lost', { reason })
    const { timers, random, urls } = this.#options
    // The first round over all engines is quick: one of them is about to lead.
    const round = Math.floor(this.#attempts++ / urls.length)
    const isTold = this.#leader !== undefined && this.#attempts <= TOLD_MAX
    const delay = isTold ? 0 : backoff(round, random)
    this.#cancel = timers.after(delay, () => this.#dial())
  }
}

/** Milliseconds, jittered. */
function backoff(round: number, random: () => number): number {
  return Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(round, 10)) * (0.5 + random() / 2)
}

/** The text of a GOODBYE's reason, if there is one. */
function reasonOf(reason: unknown): unknown {
  return typeof reason === 'object' && reason !== null && 'reason' in reason ? reason.reason : undefined
}

/** The URL of the leader that a GOODBYE names, if there is one that can be dialled. */
export function leaderOf(reason: unknown): string | undefined {
  if (typeof reason !== 'object' || reason === null || !('leader' in reason)) return undefined
  const { leader } = reason
  return typeof leader === 'string' && URL.canParse(leader) ? leader : undefined
}
