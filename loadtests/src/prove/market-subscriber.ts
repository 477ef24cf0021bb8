import type { JournalTruth } from '../reconcile/journal-truth.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { MovingSocket, type Leg } from './moving-socket.ts'
import { NumberedStream, type Gap } from '../story/numbered-stream.ts'

const SETTLE_MS_MAX = 10_000
const POLL_MS = 20

/** Listens to one market's depth and trades, and checks that every number comes. */
export class MarketSubscriber {
  readonly #socket: MovingSocket
  readonly #symbol: string
  readonly #depth = new NumberedStream<Leg>('updates', () => performance.now())
  readonly #trades = new NumberedStream<Leg>('trades', () => performance.now())
  readonly #open = new Set<Leg>()

  constructor(url: string, symbol: string) {
    this.#symbol = symbol
    const name = symbol.toLowerCase()
    const streams = `${name}@depth@100ms/${name}@trade`
    this.#socket = new MovingSocket(`${url}/stream?streams=${streams}&serverShutdown=true`, {
      opened: (leg) => void this.#open.add(leg),
      message: (leg, message) => this.#received(leg, message),
      lost: (leg) => {
        this.#open.delete(leg)
        this.#depth.lost(leg)
        this.#trades.lost(leg)
      },
    })
  }

  get gaps(): readonly Gap[] {
    return [...this.#depth.gaps, ...this.#trades.gaps]
  }

  get connections(): number {
    return this.#socket.connections
  }

  /** Wait until the streams have reached the end of the journal. Whatever they lack then is a gap. */
  async settle(truth: JournalTruth): Promise<Gap[]> {
    const symbol = truth.exchange.catalogue().symbols.find(({ name }) => name === this.#symbol)
    if (!symbol) return [{ at: performance.now(), text: `${this.#symbol} is not listed` }]
    const [updates, trades] = [truth.exchange.depth(symbol.id, 0).updateId, truth.trades[symbol.id]?.length ?? 0]
    for (let waited = 0; this.#depth.last < updates || this.#trades.last < trades; waited += POLL_MS) {
      if (waited > SETTLE_MS_MAX) {
        const text = `the streams end at update ${this.#depth.last} and trade ${this.#trades.last}, the journal at ${updates} and ${trades}`
        return [{ at: performance.now(), text }]
      }
      await delay(POLL_MS)
    }
    return []
  }

  close(): void {
    this.#socket.close()
  }

  #received(leg: Leg, message: unknown): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the exchange documents
    const { data } = message as { data: { e: string; U: number; u: number; t: number } }
    const others = this.#open.size > 1
    if (data.e === 'trade') this.#trades.received(leg, { first: data.t, last: data.t }, others)
    else this.#depth.received(leg, { first: data.U, last: data.u }, others)
  }
}
