import { setTimeout } from 'k6/timers'
import { CANCELED } from '../src/story/line.ts'
import { MovingSocket, type Leg, type Loss } from './moving-socket.ts'
import type { Answer, Intent, Orders } from './orders.ts'
import { heightAt, type Profile } from './profiles.ts'
import type { Trader } from './settings.ts'
import { signedParams } from './signature.ts'

const METHODS = { place: 'order.place', cancel: 'order.cancel', query: 'order.status' } as const
const TICK_MS = 20
/** How long a request waits for a connection. */
const PATIENCE_MS = 4_000
/** How long answers are waited for after the last request. */
const SETTLE_MS = 5_000

interface Pending {
  readonly intent: Intent
  readonly due: number
  readonly leg: Leg
}

export interface SocketTraderOptions {
  readonly trader: Trader
  readonly orders: Orders
  readonly profile: Profile
  /** Base rate, requests a second. */
  readonly rate: number
  /** ms since 1970. */
  readonly end: number
  readonly settled: (intent: Intent, isFine: boolean) => void
}

/** Trades over the WebSocket API at an open rate: requests are sent when they are due, whatever is unanswered. */
export class SocketTrader {
  readonly #options: SocketTraderOptions
  readonly #socket: MovingSocket
  readonly #pending = new Map<number, Pending>()
  readonly #began = Date.now()
  #waiting: number[] = []
  #at = this.#began
  #owed = 0
  #id = 0

  constructor(options: SocketTraderOptions) {
    this.#options = options
    this.#socket = new MovingSocket(
      options.orders.name,
      () => '/ws-api/v3?returnRateLimits=false&serverShutdown=true',
      {
        opened: () => this.#flush(),
        message: (_, message) =>
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the exchange documents
          this.#received(message as { id?: number; status: number; result?: object; error?: object }),
        lost: (leg, loss) => this.#lost(leg, loss),
      },
    )
  }

  start(): void {
    this.#tick()
  }

  #tick(): void {
    const now = Date.now()
    const { profile, rate, end } = this.#options
    const height = now < end ? heightAt(profile, (now - this.#began) / 1000) : 0
    this.#owed += ((now - this.#at) / 1000) * rate * height
    this.#at = now
    for (; this.#owed >= 1; this.#owed--) this.#waiting.push(now)
    this.#flush()
    if (now < end || (this.#pending.size > 0 && now < end + SETTLE_MS)) setTimeout(() => this.#tick(), TICK_MS)
    else this.#socket.close()
  }

  #flush(): void {
    const now = Date.now()
    const leg = this.#socket.open.at(-1)
    for (let [due] = this.#waiting; due !== undefined; [due] = this.#waiting) {
      if (leg === undefined && now - due < PATIENCE_MS) return
      this.#waiting.shift()
      this.#send(leg, due)
    }
  }

  #send(leg: Leg | undefined, due: number): void {
    const { trader, orders, settled } = this.#options
    const intent = orders.next(true)
    if (leg === undefined) {
      settled(intent, orders.unsent(intent, due))
      return
    }
    const id = ++this.#id
    // Record it first: k6 may be interrupted anywhere, and a request that is not recorded as sent must have no result.
    orders.sent(intent, due)
    this.#pending.set(id, { intent, due, leg })
    leg.socket.send(
      JSON.stringify({ id, method: METHODS[intent.request], params: signedParams(trader, intent.params) }),
    )
  }

  #received({ id, status, result, error }: { id?: number; status: number; result?: object; error?: object }): void {
    const pending = this.#pending.get(id ?? 0)
    if (id === undefined || pending === undefined) return
    this.#pending.delete(id)
    this.#settle(pending, { status, body: { ...result, ...error } })
  }

  #lost(leg: Leg, { isOver }: Loss): void {
    const error = isOver ? CANCELED : 'the connection ended first'
    for (const [id, pending] of this.#pending) {
      if (pending.leg !== leg) continue
      this.#pending.delete(id)
      this.#settle(pending, { status: 0, error })
    }
  }

  #settle({ intent, due }: Pending, answer: Answer): void {
    const { orders, settled } = this.#options
    settled(intent, orders.ended(intent, due, answer))
  }
}
