import { type ChainableCommander, Redis } from 'ioredis'
import { type CancelTimer, messageOf, type Timers } from '@uptick/runtime'

/** An exchange that takes longer has failed. No request waits for it. */
const EXCHANGE_MS_MAX = 250
/** How long nothing is sent to Redis after a failure. */
const COOL_MS = 500
const CONNECT_MS_MAX = 1000
const RECONNECT_MS_MIN = 50
const RECONNECT_MS_MAX = 1000
/**
 * Errors of a node that is not, or no longer, the one to write to. After a fail-over the old primary is a replica, and
 * the connection to it stays open. A new connection to the same address may reach another node.
 */
const WRONG_NODE = /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|MOVED|ASK)\b/

export type LineState = 'up' | 'down'

export interface RedisLineOptions {
  /** `redis://` or `rediss://`, with credentials and database if need be. */
  readonly url: string
  readonly timers: Timers
  /** Called with the reason when exchanges begin to fail, and when they succeed again. */
  readonly changed: (state: LineState, reason: string) => void
}

/**
 * One connection to Redis with a circuit breaker. An exchange either succeeds in time or has failed. After a failure
 * nothing is sent for a while, and the client reconnects by itself for as long as it takes.
 */
export class RedisLine {
  readonly #options: RedisLineOptions
  readonly #redis: Redis
  #state: LineState = 'down'
  #reason = 'not connected yet'
  #cooling = false
  #cancel: CancelTimer = () => {}
  #closed = false

  constructor(options: RedisLineOptions) {
    this.#options = options
    this.#redis = new Redis(options.url, {
      lazyConnect: true,
      connectTimeout: CONNECT_MS_MAX,
      // Commands are pending and no byte came for this long: the other side is gone, even if TCP has not noticed.
      socketTimeout: CONNECT_MS_MAX,
      // Do not queue what cannot be sent now: the next exchange reports the newer counts.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(RECONNECT_MS_MIN * 2 ** Math.min(attempt, 10), RECONNECT_MS_MAX),
    })
    this.#redis.on('error', (error: Error) => (this.#reason = error.message))
    this.#redis.on('ready', () => this.#turn('up', ''))
    this.#redis.on('close', () => this.#turn('down', this.#reason || 'the connection is gone'))
  }

  /** Never rejects: an unreachable Redis is tried again. */
  start(): void {
    this.#redis.connect().catch(() => undefined)
  }

  /** Whether an exchange is worth trying now. */
  get isReady(): boolean {
    return !this.#closed && !this.#cooling && this.#redis.status === 'ready'
  }

  /** Send what `fill` adds in one write. Resolves with the replies, or `undefined` after a failure; never rejects. */
  async exchange(fill: (pipeline: ChainableCommander) => void): Promise<readonly unknown[] | undefined> {
    if (!this.isReady) return undefined
    const pipeline = this.#redis.pipeline()
    fill(pipeline)
    let cancel: CancelTimer = () => {}
    const { timers } = this.#options
    const late = new Promise<'late'>((resolve) => {
      // A reply that arrived while this process was busy is not late.
      cancel = timers.after(EXCHANGE_MS_MAX, () => timers.endOfTurn(() => resolve('late')))
    })
    try {
      const replies = await Promise.race([pipeline.exec(), late])
      if (replies === 'late') {
        this.#fail(`no reply within ${EXCHANGE_MS_MAX} ms`)
        // Its queue would grow with commands that no request waits for.
        this.#redis.disconnect(true)
        return undefined
      }
      for (const [error] of replies ?? []) if (error) throw error
      this.#turn('up', '')
      return replies?.map(([, reply]) => reply)
    } catch (error) {
      const reason = messageOf(error)
      this.#fail(reason)
      if (WRONG_NODE.test(reason)) this.#redis.disconnect(true)
      return undefined
    } finally {
      cancel()
    }
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    this.#redis.disconnect()
  }

  #fail(reason: string): void {
    this.#cooling = true
    this.#cancel()
    this.#cancel = this.#options.timers.after(COOL_MS, () => (this.#cooling = false))
    this.#turn('down', reason)
  }

  #turn(state: LineState, reason: string): void {
    this.#reason = reason
    if (this.#closed || state === this.#state) return
    this.#state = state
    this.#options.changed(state, reason)
  }
}
