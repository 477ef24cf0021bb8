import type { TimeUnit } from '../operations/operation.ts'
import type { Clock } from '../seams.ts'
import type { Outbox } from '../sockets/outbox.ts'
import type { Protocol } from '../sockets/connection.ts'
import { ControlErrorCode, controlFailure, controlResult, parseControl } from './control.ts'
import type { HubSubscriber, StreamHub } from './stream-hub.ts'
import { shutdownEvent } from './payloads.ts'
import { parseStreamName } from './stream-name.ts'

/** Streams of one connection, named or not. */
export const STREAMS_PER_CONNECTION_MAX = 1024
const STREAM_NAME_LENGTH_MAX = 200
const SERVICE_RESTART = 1012

export interface StreamSessionOptions {
  readonly outbox: Outbox
  readonly hub: StreamHub
  readonly combined: boolean
  readonly timeUnit: TimeUnit
  /** Names out of the URL. */
  readonly streams: readonly string[]
  /** Wants to hear when this process goes. */
  readonly notices: boolean
  readonly clock: Clock
}

/**
 * One connection to the market streams. A name that no stream has is remembered and listed like any other, but never
 * brings anything: clients open sockets at invented names.
 */
export class StreamSession implements Protocol, HubSubscriber {
  readonly #outbox: Outbox
  readonly #hub: StreamHub
  readonly #names = new Set<string>()
  readonly #notices: boolean
  readonly #clock: Clock
  /** Requests are answered at once. */
  readonly busy = false
  readonly timeUnit: TimeUnit
  combined: boolean

  constructor(options: StreamSessionOptions) {
    this.#outbox = options.outbox
    this.#hub = options.hub
    this.combined = options.combined
    this.timeUnit = options.timeUnit
    this.#notices = options.notices
    this.#clock = options.clock
    for (const name of options.streams) this.#subscribe(name)
  }

  deliver(message: Buffer): void {
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
        this.#outbox.send(controlResult([...this.#names], request.id))
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
    for (const name of this.#names) this.#unsubscribe(name)
  }

  /** The reply leaves before the first event. All names are taken, or none. */
  #subscribeAll(names: readonly string[], id: string | undefined): void {
    const added = new Set(names.filter((name) => !this.#names.has(name)))
    let message = ''
    if (this.#names.size + added.size > STREAMS_PER_CONNECTION_MAX) {
      message = `Invalid request: more than ${STREAMS_PER_CONNECTION_MAX} streams on one connection`
    } else if (names.some((name) => name.length > STREAM_NAME_LENGTH_MAX)) {
      message = 'Invalid request: a stream name is too long'
    }
    if (message !== '') {
      const error = { code: ControlErrorCode.INVALID_REQUEST, message }
      this.#outbox.send(controlFailure(id === undefined ? error : { ...error, id }))
      return
    }
    this.#outbox.send(controlResult(null, id))
    for (const name of added) this.#subscribe(name)
  }

  #subscribe(text: string): void {
    this.#names.add(text)
    const name = parseStreamName(text)
    if (name) this.#hub.subscribe(name, this)
  }

  #unsubscribe(text: string): void {
    if (!this.#names.delete(text)) return
    const name = parseStreamName(text)
    if (name) this.#hub.unsubscribe(name, this)
  }
}
