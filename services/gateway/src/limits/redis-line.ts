import { type ChainableCommander, Redis } from 'ioredis'
import { type CancelTimer, messageOf, type Timers } from '@uptick/runtime'

/** An exchange that takes longer has failed. No request waits for it. */
const EXCHANGE_MS_MAX = 250
/** After a failure Redis is left alone for so long. */
const COOL_MS = 500
const CONNECT_MS_MAX = 1000
const RECONNECT_MS_MIN = 50
const RECONNECT_MS_MAX = 1000
/**
 * What a node says that is not, or not any more, the one to write to: after a fail-over the old primary is a replica, and
 * the connection to it stands. The address may lead to another node by now, for a client that connects again.
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
 * One connection to Redis with a circuit in it. An exchange either comes back in time or has failed; after a failure
 * nothing is sent for a while, and the connection is made anew by itself for as long as it takes.
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
      // Pending commands for so long without a byte: the other side is gone, whatever TCP thinks.
      socketTimeout: CONNECT_MS_MAX,
      // What cannot be sent now is not sent: the next exchange tells more.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(RECONNECT_MS_MIN * 2 ** Math.min(attempt, 10), RECONNECT_MS_MAX),
    })
    this.#redis.on('error', (error: Error) => (this.#reason = error.message))
    this.#redis.on('ready', () => this.#turn('up', ''))
    this.#redis.on('close', () => this.#turn('down', this.#reason || 'the connection is gone'))
  }

  /** Never rejects: a Redis that is not there is tried again. */
  start(): void {
    this.#redis.connect().catch(() => undefined)
  }

  /** Whether it is worth sending anything now. */
  get isReady(): boolean {
    return !this.#closed && !this.#cooling && this.#redis.status === 'ready'
  }

  /** Send what `fill` adds, in one write, and resolve with the replies; with `undefined` when it failed. Never rejects. */
  async exchange(fill: (pipeline: ChainableCommander) => void): Promise<readonly unknown[] | undefined> {
    if (!this.isReady) return undefined
    const pipeline = this.#redis.pipeline()
    fill(pipeline)
    let cancel: CancelTimer = () => {}
    const { timers } = this.#options
    const late = new Promise<'late'>((resolve) => {
      // A reply that has arrived while this process was busy is not late.
      cancel = timers.after(EXCHANGE_MS_MAX, () => timers.endOfTurn(() => resolve('late')))
    })
    try {
      const replies = await Promise.race([pipeline.exec(), late])
      if (replies === 'late') {
        this.#fail(`no reply within ${EXCHANGE_MS_MAX} ms`)
        // Its queue would grow with what no request waits for any more.
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
