import type { TimeUnit } from '@uptick/protocol'
import { type Clock, SERVICE_RESTART } from '@uptick/runtime'
import type { Outbox } from '../sockets/outbox.ts'
import type { Protocol } from '../sockets/connection.ts'
import { ControlErrorCode, controlFailure, controlResult, parseControl } from './control.ts'
import type { MarketStreams } from './market-streams.ts'
import { shutdownEvent } from './payloads.ts'
import { parsePositioned, parseStreamName, type StreamName } from './stream-name.ts'
import type { Subscriber } from './subscription.ts'

/** Streams of one connection, named or not. */
export const STREAMS_PER_CONNECTION_MAX = 1024
const STREAM_NAME_LENGTH_MAX = 200

export interface StreamSessionOptions {
  readonly outbox: Outbox
  readonly market: MarketStreams
  /** Wants numbered messages; names may then carry a position. */
  readonly numbered: boolean
  readonly combined: boolean
  readonly timeUnit: TimeUnit
  /** Stream names from the URL. */
  readonly streams: readonly string[]
  /** Wants a message before this process ends. */
  readonly notices: boolean
  readonly clock: Clock
}

/**
 * One connection to the market streams. A name in the URL that no stream has is kept and listed like any other, but
 * never brings a message, as on Binance: clients open sockets with invented names and then subscribe. In SUBSCRIBE such
 * a name is an error.
 */
export class StreamSession implements Protocol, Subscriber {
  readonly #outbox: Outbox
  readonly #market: MarketStreams
  readonly #numbered: boolean
  /** By name, the function that ends the subscription. */
  readonly #names = new Map<string, () => void>()
  readonly #notices: boolean
  readonly #clock: Clock
  /** Requests are answered at once. */
  readonly busy = false
  readonly timeUnit: TimeUnit
  combined: boolean

  constructor(options: StreamSessionOptions) {
    this.#outbox = options.outbox
    this.#market = options.market
    this.#numbered = options.numbered
    this.combined = options.combined
    this.timeUnit = options.timeUnit
    this.#notices = options.notices
    this.#clock = options.clock
    for (const name of options.streams) this.#subscribe(name)
  }

  get isCongested(): boolean {
    return this.#outbox.isCongested
  }

  deliver(message: string | Buffer): void {
    this.#outbox.send(message)
  }

  restart(): void {
    this.#outbox.close(SERVICE_RESTART, 'Events were missed; reconnect and load a snapshot.')
  }

  received(text: string): void {
    const request = parseControl(text)
    if ('code' in request) {
      this.#outbox.send(controlFailure(request))
      return
    }
    switch (request.method) {
      case 'SUBSCRIBE':
        this.#subscribeAll(request.streams, request.id)
        break
      case 'UNSUBSCRIBE':
        this.#outbox.send(controlResult(null, request.id))
        for (const name of request.streams) this.#unsubscribe(name)
        break
      case 'LIST_SUBSCRIPTIONS':
        this.#outbox.send(controlResult([...this.#names.keys()], request.id))
        break
      case 'SET_PROPERTY':
        this.combined = request.combined
        this.#outbox.send(controlResult(null, request.id))
        break
      case 'GET_PROPERTY':
        this.#outbox.send(controlResult(this.combined, request.id))
        break
      default:
    }
  }

  notice(): string | undefined {
    if (!this.#notices) return undefined
    const event = shutdownEvent(this.#clock.now(), this.timeUnit)
    return this.combined ? `{"stream":"!serverShutdown","data":${event}}` : event
  }

  closed(): void {
    for (const name of this.#names.keys()) this.#unsubscribe(name)
  }

  /** The reply leaves before the first event. All names are accepted, or none. */
  #subscribeAll(names: readonly string[], id: string | undefined): void {
    const added = new Set(names.filter((name) => !this.#names.has(this.#read(name).name)))
    let message = ''
    if (this.#names.size + added.size > STREAMS_PER_CONNECTION_MAX) {
      message = `Invalid request: more than ${STREAMS_PER_CONNECTION_MAX} streams on one connection`
    } else if (names.some((name) => name.length > STREAM_NAME_LENGTH_MAX)) {
      message = 'Invalid request: a stream name is too long'
    } else {
      const unknown = [...added].find((name) => !this.#exists(name))
      if (unknown !== undefined) message = `Invalid request: there is no stream \`${unknown}\``
    }
    if (message !== '') {
      const error = { code: ControlErrorCode.INVALID_REQUEST, message }
      this.#outbox.send(controlFailure(id === undefined ? error : { ...error, id }))
      return
    }
    this.#outbox.send(controlResult(null, id))
    for (const name of added) this.#subscribe(name)
  }

  #exists(text: string): boolean {
    const stream = parseStreamName(this.#read(text).name)
    return stream !== undefined && this.#market.mayHave(stream)
  }

  #subscribe(text: string): void {
    const { name, position } = this.#read(text)
    if (this.#names.has(name)) return
    const stream = parseStreamName(name)
    this.#names.set(name, stream ? this.#follow(stream, position) : () => {})
  }

  #follow(stream: StreamName, position: number | undefined): () => void {
    return this.#numbered ? this.#market.resume(stream, this, position) : this.#market.follow(stream, this)
  }

  #read(text: string): ReturnType<typeof parsePositioned> {
    return this.#numbered ? parsePositioned(text) : { name: text, position: undefined }
  }

  #unsubscribe(text: string): void {
    this.#names.get(text)?.()
    this.#names.delete(text)
  }
}
