import { PublicError, publicError, PublicErrors, type TimeUnit } from '@uptick/protocol'
import type { ShareCount } from '../limits/share-count.ts'
import type { Feed } from '../streams/follow-feed.ts'
import type { Dispatcher } from '../operations/dispatcher.ts'
import type { Call } from '../operations/call.ts'
import { jsonText, type Operation, type OperationRegistry } from '../operations/operation.ts'
import { shownError } from '../operations/shown-error.ts'
import type { RateLimitState } from '../limits/limits.ts'
import { Params, illegal, microseconds } from '../params/params.ts'
import type { Protocol } from '../sockets/connection.ts'
import type { Outbox } from '../sockets/outbox.ts'
import { shutdownEvent } from '../streams/payloads.ts'
import { parseRequest, signedPayload, type WsRequest, type WsRequestError } from './request.ts'
import { failureText, successText } from './response.ts'
import { Logon } from './logon.ts'
import { Subscriptions } from './subscriptions.ts'

/** Bound on the unanswered requests of one connection. */
export const IN_FLIGHT_MAX = 1_000
const OK = 200

export interface WsApiSessionOptions {
  readonly outbox: Outbox
  readonly ip: string
  readonly dispatcher: Dispatcher
  readonly registry: OperationRegistry
  readonly feed: Pick<Feed, 'accounts'>
  /** Subscriptions of each account, on all connections. */
  readonly userStreams: ShareCount<number>
  readonly timeUnit: TimeUnit
  readonly returnRateLimits: boolean
  /** Wants a message before this process ends. */
  readonly notices: boolean
  readonly failed: (operation: string, error: unknown) => void
  /** An answer could not be sent: the connection ends. */
  readonly faulted: (error: unknown) => void
  /** Called with the status of every answer. */
  readonly answered: (status: number) => void
  /** Seconds that an operation took, for metrics. */
  readonly measured?: ((operation: string, status: number, seconds: number) => void) | undefined
}

/** A request that is not answered yet. */
interface Pending {
  readonly result: Promise<unknown>
  readonly operation: Operation
  readonly apiKey: string
  /** `performance.now()`. */
  readonly began: number
}

/** One connection to the WebSocket API. Requests run concurrently; each answer is sent as soon as it is ready. */
export class WsApiSession implements Protocol {
  readonly #options: WsApiSessionOptions
  readonly #logon: Logon
  readonly #subscriptions: Subscriptions
  #inFlight = 0

  constructor(options: WsApiSessionOptions) {
    this.#options = options
    const { dispatcher, outbox, feed, timeUnit, userStreams, returnRateLimits } = options
    this.#subscriptions = new Subscriptions({ outbox, feed, timeUnit, dispatcher, userStreams })
    this.#logon = new Logon(dispatcher, this.#subscriptions, returnRateLimits)
  }

  received(text: string): void {
    const request = parseRequest(text)
    if ('error' in request) {
      this.#refuse(request, text.length)
      return
    }
    if (this.#inFlight >= IN_FLIGHT_MAX) {
      this.#fail(request, publicError(PublicErrors.TOO_MANY_QUEUED), undefined)
      return
    }
    this.#run(request, text.length)
  }

  /** A request that cannot be read is charged too. */
  #refuse({ id, error }: WsRequestError, length: number): void {
    const { dispatcher, ip } = this.#options
    const { clock, limits } = dispatcher.services
    try {
      dispatcher.charge(ip, length)
    } catch (excess) {
      if (!(excess instanceof PublicError)) throw excess
      this.#send(excess.status, failureText(id, excess, clock.now(), undefined))
      return
    }
    this.#send(error.status, failureText(id, error, clock.now(), limits.states(ip)))
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

  /** An API key was revoked: end what it opened. */
  revoked(apiKey: string): void {
    const wasLoggedOn = this.#logon.revoked(apiKey)
    this.#subscriptions.revoked(apiKey)
    if (!wasLoggedOn) return
    const { dispatcher, outbox } = this.#options
    outbox.send(
      failureText('null', publicError(PublicErrors.REJECTED_API_KEY), dispatcher.services.clock.now(), undefined),
    )
  }

  /** Answers at once where possible, so that the unread bytes of the answer are counted before the next request. */
  #run(request: WsRequest, length: number): void {
    const { dispatcher, registry, faulted } = this.#options
    const operation = registry.byMethod(request.method)
    const began = performance.now()
    let status = OK
    try {
      const call = this.#call(request, length, dispatcher.services.clock.now())
      if (operation === undefined) this.#runOwn(request, call)
      else {
        const result = dispatcher.call(operation, call)
        if (result instanceof Promise) {
          this.#answerLater(request, { result, operation, apiKey: call.apiKey, began }).catch(faulted)
          return
        }
        this.#succeed(request, jsonText(result), call.apiKey)
      }
    } catch (error) {
      status = this.#failed(request, error)
    }
    this.#measure(operation, status, began)
  }

  async #answerLater(request: WsRequest, { result, operation, apiKey, began }: Pending): Promise<void> {
    let status = OK
    this.#inFlight++
    try {
      this.#succeed(request, jsonText(await result), apiKey)
    } catch (error) {
      status = this.#failed(request, error)
    } finally {
      this.#inFlight--
    }
    this.#measure(operation, status, began)
  }

  #measure(operation: Operation | undefined, status: number, began: number): void {
    this.#options.measured?.(operation?.name ?? 'session', status, (performance.now() - began) / 1000)
  }

  /** Answer with the error; returns its status. */
  #failed(request: WsRequest, error: unknown): number {
    const known = shownError(error)
    if (known === undefined) this.#options.failed(request.method, error)
    const shown = known ?? publicError(PublicErrors.UNKNOWN)
    this.#fail(request, shown, request.params.get('apiKey'))
    return shown.status
  }

  #runOwn(request: WsRequest, call: Call): void {
    const own = this.#logon.run(request.method, call) ?? this.#subscriptions.run(request.method, call)
    if (!own) {
      this.#options.dispatcher.charge(call.ip, call.length)
      throw publicError(PublicErrors.UNSUPPORTED_OPERATION)
    }
    this.#succeed(request, JSON.stringify(own.result), call.apiKey)
    own.afterwards?.()
  }

  #call(request: WsRequest, length: number, receivedAt: number): Call {
    const { ip, timeUnit } = this.#options
    const { params } = request
    const signature = params.get('signature') ?? ''
    return {
      params: new Params(params),
      ip,
      receivedAt,
      length,
      timeUnit,
      apiKey: params.get('apiKey') ?? '',
      signed: signature === '' ? '' : signedPayload(params),
      signature,
      session: this.#logon.key,
      firstSent: this.#firstSentOf(params.get('idempotent'), length),
    }
  }

  /** The opt-in for idempotent retries, as the header `X-Uptick-Idempotent` carries it over REST; 0 without. */
  #firstSentOf(value: string | undefined, length: number): number {
    if (value === undefined) return 0
    if (/^[1-9][0-9]{9,15}$/.test(value)) return microseconds(Number(value))
    this.#options.dispatcher.charge(this.#options.ip, length)
    throw illegal('idempotent', '^[0-9]{10,16}$')
  }

  #succeed(request: WsRequest, result: string, apiKey: string): void {
    this.#send(OK, successText(request.id, result, this.#rateLimits(request, apiKey)))
  }

  #fail(request: WsRequest, error: PublicError, apiKey: string | undefined): void {
    const now = this.#options.dispatcher.services.clock.now()
    this.#send(error.status, failureText(request.id, error, now, this.#rateLimits(request, apiKey)))
  }

  #send(status: number, text: string): void {
    this.#options.outbox.send(text)
    this.#options.answered(status)
  }

  /** The windows in which the request was counted; absent when the connection or the request asked for that. */
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
