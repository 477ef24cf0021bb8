import { createHmac } from 'node:crypto'
import type { Trader } from '../reconcile/traffic.ts'
import { MovingSocket, type Leg, type MovingEvents } from './moving-socket.ts'
import type { Gap } from '../story/numbered-stream.ts'

/** Listens to the private events of one trader and records the executions that it gets. */
export class AccountSubscriber {
  readonly trader: Trader
  readonly #socket: MovingSocket
  readonly #seen = new Set<number>()
  readonly #last = new WeakMap<Leg, number>()
  readonly #disorder: Gap[] = []
  readonly #subscribed: Promise<void>
  #confirm: () => void = () => undefined

  /** @param localAddress the trader's */
  constructor(url: string, trader: Trader, localAddress?: string) {
    this.trader = trader
    this.#subscribed = new Promise((resolve) => (this.#confirm = resolve))
    const address = `${url}/ws-api/v3?returnRateLimits=false&serverShutdown=true`
    const events: MovingEvents = {
      opened: (leg) => this.#subscribe(leg),
      message: (leg, message) => this.#received(leg, message),
      lost: () => undefined,
    }
    this.#socket = new MovingSocket(address, events, localAddress)
  }

  /** Resolves when the first subscription is active. */
  get subscribed(): Promise<void> {
    return this.#subscribed
  }

  /** Events of one connection that came out of order. */
  get disorder(): readonly Gap[] {
    return this.#disorder
  }

  get events(): number {
    return this.#seen.size
  }

  knows(executionId: number): boolean {
    return this.#seen.has(executionId)
  }

  close(): void {
    this.#socket.close()
  }

  #subscribe({ socket }: Leg): void {
    const { apiKey, secret } = this.trader.key
    const payload = `apiKey=${apiKey}&recvWindow=60000&timestamp=${Date.now()}`
    const signature = createHmac('sha256', secret).update(payload).digest('hex')
    const params = { ...Object.fromEntries(new URLSearchParams(payload)), signature }
    socket.send(JSON.stringify({ id: 1, method: 'userDataStream.subscribe.signature', params }))
  }

  #received(leg: Leg, message: unknown): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the exchange documents
    const { id, status, event } = message as { id?: number; status?: number; event?: { e: string; I: number } }
    if (id === 1 && status === 200) this.#confirm()
    if (event?.e !== 'executionReport') return
    const before = this.#last.get(leg) ?? 0
    if (event.I <= before)
      this.#disorder.push({ at: performance.now(), text: `execution ${event.I} came after ${before}` })
    this.#last.set(leg, event.I)
    this.#seen.add(event.I)
  }
}
