import type { RawData, WebSocket } from 'ws'
import type { Clock } from '@uptick/runtime'
import type { Client, EndReason } from '../clients/client.ts'
import { Inbox } from './inbox.ts'
import { MessageRate, type MessageRateOptions } from './message-rate.ts'
import { Outbox, type OutboxCounters, POLICY_VIOLATION } from './outbox.ts'

/** Time between pings, and how long a pong may take, in µs. */
export const PING_INTERVAL = 20_000_000
export const PONG_MAX = 60_000_000
const UNSUPPORTED_DATA = 1003

/** What a kind of socket (market streams, WebSocket API) does with the frames that arrive. */
export interface Protocol {
  /** A text frame. */
  received(text: string): void
  closed(): void
  /** A request is being answered. */
  readonly busy: boolean
  /** The message that announces the shutdown to a client that asked for it; undefined for one that did not. */
  notice(): string | undefined
}

export interface ConnectionOptions {
  readonly webSocket: WebSocket
  readonly client: Client
  readonly ip: string
  readonly clock: Clock
  readonly counters: OutboxCounters
  readonly rate: MessageRateOptions
  /** Rate of pings and pongs; without it they count as messages. */
  readonly controlRate?: MessageRateOptions | undefined
  readonly bufferedBytesMax?: number | undefined
}

/** One WebSocket: keeps it alive, bounds what its client sends and leaves unread, hands text frames to its protocol. */
export class Connection {
  readonly outbox: Outbox
  readonly ip: string
  readonly #webSocket: WebSocket
  readonly #client: Client
  readonly #clock: Clock
  readonly #rate: MessageRate
  readonly #controlRate: MessageRate
  #protocol: Protocol | undefined
  #pingAt: number
  /** When the oldest ping without a pong was sent; 0 when none is out. */
  #unanswered = 0

  constructor(options: ConnectionOptions) {
    const { webSocket, client, clock } = options
    this.#client = client
    this.#webSocket = webSocket
    this.#clock = clock
    this.ip = options.ip
    this.outbox = new Outbox(webSocket, client.socket, options.counters, options.bufferedBytesMax)
    this.#rate = new MessageRate(options.rate, clock)
    this.#controlRate = options.controlRate ? new MessageRate(options.controlRate, clock) : this.#rate
    this.#pingAt = clock.now() + PING_INTERVAL
  }

  /** Begin to hand on frames. `gone` is called once, after the protocol was told that the connection is gone. */
  start(protocol: Protocol, gone: () => void): void {
    const webSocket = this.#webSocket
    this.#protocol = protocol
    const inbox = new Inbox(webSocket, this.outbox, (message) => {
      if (this.outbox.open) this.#client.handle(() => protocol.received(message.toString('utf8')))
    })
    webSocket.on('message', (data: RawData, isBinary: boolean) => {
      if (!this.#admit(this.#rate)) return
      // A text frame comes as one buffer: `ws` joins fragments.
      if (isBinary || !Buffer.isBuffer(data)) this.outbox.close(UNSUPPORTED_DATA, 'Text frames only.')
      else inbox.take(data)
    })
    webSocket.on('ping', () => void this.#admit(this.#controlRate))
    webSocket.on('pong', () => {
      this.#unanswered = 0
      this.#admit(this.#controlRate)
    })
    // `ws` has closed the socket already, with the code for the frame that it could not read.
    webSocket.on('error', () => {})
    webSocket.once('close', () => {
      protocol.closed()
      gone()
    })
  }

  get readyState(): number {
    return this.#webSocket.readyState
  }

  get busy(): boolean {
    return this.#protocol?.busy === true
  }

  /** Announce the shutdown to a client that asked for it. */
  giveNotice(): void {
    const notice = this.#protocol?.notice()
    if (notice !== undefined) this.outbox.send(notice)
  }

  /** An answer with this status was sent. A client that continues after many refusals is not read any more. */
  answered(status: number): void {
    if (this.#client.goesTooFar(status)) this.#shun('past-limit', 'Too many requests past a limit.')
  }

  /** Start the closing handshake; the caller also decides how long to wait for the client's close frame. */
  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason)
  }

  terminate(): void {
    this.#webSocket.terminate()
  }

  /** Call it about once a second. Pings when it is time, and ends a connection that does not answer. */
  heartbeat(): void {
    const now = this.#clock.now()
    if (this.#unanswered > 0 && now - this.#unanswered > PONG_MAX) {
      this.#webSocket.terminate()
      return
    }
    if (now < this.#pingAt || !this.outbox.open) return
    this.#pingAt = now + PING_INTERVAL
    if (this.#unanswered === 0) this.#unanswered = now
    this.#webSocket.ping(String(Math.floor(now / 1000)))
  }

  /** Count one message. Past the rate it is ignored, and so are all that follow it. */
  #admit(rate: MessageRate): boolean {
    if (!this.outbox.open) return false
    if (rate.take()) return true
    this.#shun('flood', 'Too many requests.')
    return false
  }

  #shun(reason: EndReason, text: string): void {
    this.outbox.close(POLICY_VIOLATION, text)
    this.#webSocket.pause()
    this.#client.shun(reason)
  }
}
