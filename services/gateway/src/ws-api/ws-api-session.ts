import { PublicError, PublicErrors, publicError } from '@uptick/protocol'
import type { Feed } from '../market/follow-feed.ts'
import type { Dispatcher } from '../operations/dispatcher.ts'
import type { Call } from '../operations/call.ts'
import { jsonText } from '../operations/operation.ts'
import type { Operation, OperationRegistry, TimeUnit } from '../operations/operation.ts'
import { shownError } from '../operations/shown-error.ts'
import type { RateLimitState } from '../limits/limits.ts'
import { Params, illegal, microseconds } from '../operations/params.ts'
import type { Protocol } from '../sockets/connection.ts'
import type { Outbox } from '../sockets/outbox.ts'
import { shutdownEvent } from '../streams/payloads.ts'
import { parseRequest, signedPayload } from './request.ts'
import type { WsRequest } from './request.ts'
import { failureText, successText } from './response.ts'
import { Logon } from './logon.ts'
import { Subscriptions } from './subscriptions.ts'

/** Requests of one connection that may be waiting for their answer. */
export const IN_FLIGHT_MAX = 1_000

export interface WsApiSessionOptions {
  readonly outbox: Outbox
  readonly ip: string
  readonly dispatcher: Dispatcher
  readonly registry: OperationRegistry
  readonly feed: Pick<Feed, 'userStreams' | 'numberedAccounts'>
  readonly timeUnit: TimeUnit
  readonly returnRateLimits: boolean
  /** Wants to hear when this process goes. */
  readonly notices: boolean
  readonly failed: (operation: string, error: unknown) => void
  /** An answer could not be given: the connection ends. */
  readonly faulted: (error: unknown) => void
  /** Seconds that an operation took, for metrics. */
  readonly measured?: ((operation: string, status: number, seconds: number) => void) | undefined
}

/** One connection to the WebSocket API. Requests run side by side; each answer leaves as soon as it is there. */
export class WsApiSession implements Protocol {
  readonly #options: WsApiSessionOptions
  readonly #logon: Logon
  readonly #subscriptions: Subscriptions
  #inFlight = 0

  constructor(options: WsApiSessionOptions) {
    this.#options = options
    const { dispatcher, outbox, feed, timeUnit, returnRateLimits } = options
    this.#subscriptions = new Subscriptions({ outbox, feed, timeUnit, dispatcher })
    this.#logon = new Logon(dispatcher, this.#subscriptions, returnRateLimits)
  }

  received(text: string): void {
    const { dispatcher, ip, outbox } = this.#options
    const { clock, limits } = dispatcher.services
    const request = parseRequest(text)
    if ('error' in request) {
      try {
        // What cannot be read is not free.
        limits.request(ip, 1)
      } catch (error) {
        outbox.send(failureText(request.id, error as PublicError, clock.now(), undefined))
        return
      }
      outbox.send(failureText(request.id, request.error, clock.now(), limits.states(ip)))
      return
    }
    if (this.#inFlight >= IN_FLIGHT_MAX) {
      this.#fail(request, publicError(PublicErrors.TOO_MANY_QUEUED), undefined)
      return
    }
    this.#inFlight++
    this.#answer(request)
      .finally(() => this.#inFlight--)
      .catch(this.#options.faulted)
  }

  get busy(): boolean {
    return this.#inFlight > 0
  }

  notice(): string | undefined {
    const { notices, dispatcher, timeUnit } = this.#options
    return notices ? `{"event":${shutdownEvent(dispatcher.services.clock.now(), timeUnit)}}` : undefined
  }

  closed(): void {
    this.#subscriptions.close()
  }

  /** An API key was revoked: what it opened ends. */
  revoked(apiKey: string): void {
    const wasLoggedOn = this.#logon.revoked(apiKey)
    this.#subscriptions.revoked(apiKey)
    if (!wasLoggedOn) return
    const { dispatcher, outbox } = this.#options
    outbox.send(
      failureText('null', publicError(PublicErrors.REJECTED_API_KEY), dispatcher.services.clock.now(), undefined),
    )
  }

  async #answer(request: WsRequest): Promise<void> {
    const began = performance.now()
    const { dispatcher, registry, failed, measured } = this.#options
    const operation = registry.byMethod(request.method)
    let status = 200
    try {
      const call = this.#call(request, dispatcher.services.clock.now())
      if (operation) await this.#run(request, operation, call)
      else this.#runOwn(request, call)
    } catch (error) {
      const known = shownError(error)
      if (known === undefined) failed(request.method, error)
      const shown = known ?? publicError(PublicErrors.UNKNOWN)
      status = shown.status
      this.#fail(request, shown, request.params.get('apiKey'))
    }
    measured?.(operation?.name ?? 'session', status, (performance.now() - began) / 1000)
  }

  async #run(request: WsRequest, operation: Operation, call: Call): Promise<void> {
    const text = jsonText(await this.#options.dispatcher.call(operation, call))
    this.#succeed(request, text, call.apiKey)
  }

  #runOwn(request: WsRequest, call: Call): void {
    const own = this.#logon.run(request.method, call) ?? this.#subscriptions.run(request.method, call)
    if (!own) throw publicError(PublicErrors.UNSUPPORTED_OPERATION)
    this.#succeed(request, JSON.stringify(own.result), call.apiKey)
    own.afterwards?.()
  }

  #call(request: WsRequest, receivedAt: number): Call {
    const { ip, timeUnit } = this.#options
    const { params } = request
    const signature = params.get('signature') ?? ''
    return {
      params: new Params(params),
      ip,
      receivedAt,
      timeUnit,
      apiKey: params.get('apiKey') ?? '',
      signed: signature === '' ? '' : signedPayload(params),
      signature,
      session: this.#logon.key,
      firstSent: firstSentOf(params.get('idempotent')),
    }
  }

  #succeed(request: WsRequest, result: string, apiKey: string): void {
    this.#options.outbox.send(successText(request.id, result, this.#rateLimits(request, apiKey)))
  }

  #fail(request: WsRequest, error: PublicError, apiKey: string | undefined): void {
    const now = this.#options.dispatcher.services.clock.now()
    this.#options.outbox.send(failureText(request.id, error, now, this.#rateLimits(request, apiKey)))
  }

  /** The windows that the request counted in; left out when the connection or the request asked for that. */
  #rateLimits(request: WsRequest, apiKey: string | undefined): readonly RateLimitState[] | undefined {
    const wanted = request.params.get('returnRateLimits')
    if (wanted === undefined ? !this.#logon.returnRateLimits : wanted === 'false') return undefined
    const { dispatcher, ip, registry } = this.#options
    const { keys, limits } = dispatcher.services
    const countsOrders = registry.byMethod(request.method)?.orders !== undefined
    const key = apiKey === undefined || apiKey === '' ? this.#logon.key : keys.find(apiKey)
    const states = limits.states(ip, countsOrders ? key?.account : undefined)
    return states.filter(
      ({ rateLimitType }) => rateLimitType === 'REQUEST_WEIGHT' || (countsOrders && rateLimitType === 'ORDERS'),
    )
  }
}

/** The opt-in for idempotent retries, as the header `X-Uptick-Idempotent` carries it over REST; 0 without. */
function firstSentOf(value: string | undefined): number {
  if (value === undefined) return 0
  if (!/^[1-9][0-9]{9,15}$/.test(value)) throw illegal('idempotent', '^[0-9]{10,16}$')
  return microseconds(Number(value))
}
