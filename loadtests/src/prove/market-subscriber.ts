import type { JournalTruth } from '../reconcile/journal-truth.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { MovingSocket, type Leg } from './moving-socket.ts'

/** Numbers that a message covers: `first` … `last`, each one above the one before. */
interface Range {
  readonly first: number
  readonly last: number
}

/** A hole in a stream, and when it was seen (ms of `performance.now`). */
export interface Gap {
  readonly at: number
  readonly text: string
}

const SETTLE_MAX_MS = 10_000
const POLL_MS = 20

/** One numbered stream that may come over two connections at a time. */
class NumberedStream {
  readonly name: string
  readonly gaps: Gap[] = []
  last = 0
  /** What a connection brought ahead of the others. */
  readonly #ahead = new Map<Leg, Range[]>()

  constructor(name: string) {
    this.name = name
  }

  received(leg: Leg, range: Range, others: boolean): void {
    const ahead = this.#ahead.get(leg) ?? []
    ahead.push(range)
    this.#ahead.set(leg, ahead)
    this.#join(!others)
  }

  /** Nothing comes from there any more; `isLast`: nothing will close a hole now. */
  lost(leg: Leg): void {
    const ahead = this.#ahead.get(leg) ?? []
    this.#ahead.delete(leg)
    for (const range of ahead) if (range.last > this.last) this.#take(range)
    if (this.#ahead.size === 1) this.#join(true)
  }

  /** Take what follows on what is here; `isAlone`: a hole will not be filled by anybody else. */
  #join(isAlone: boolean): void {
    for (let moved = true; moved;) {
      moved = false
      for (const ahead of this.#ahead.values()) {
        const follows = (range: Range): boolean => isAlone || this.last === 0 || range.first <= this.last + 1
        for (let next = ahead[0]; next !== undefined && follows(next); next = ahead[0]) {
          this.#take(next)
          ahead.shift()
          moved = true
        }
      }
    }
  }

  #take({ first, last }: Range): void {
    if (this.last !== 0 && first > this.last + 1)
      this.gaps.push({ at: performance.now(), text: `${this.name} ${this.last + 1} … ${first - 1} are missing` })
    this.last = Math.max(this.last, last)
  }
}

/** Listens to one market's depth and trades, and checks that every number comes. */
export class MarketSubscriber {
  readonly #socket: MovingSocket
  readonly #symbol: string
  readonly #depth = new NumberedStream('updates')
  readonly #trades = new NumberedStream('trades')
  readonly #open = new Set<Leg>()

  constructor(url: string, symbol: string) {
    this.#symbol = symbol
    const name = symbol.toLowerCase()
    const streams = `${name}@depth@100ms/${name}@trade`
    this.#socket = new MovingSocket(`${url.replace(/^http/, 'ws')}/stream?streams=${streams}&serverShutdown=true`, {
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

  /** Wait until the streams have come to where the journal ends. What they lack in the end is a gap. */
  async settle(truth: JournalTruth): Promise<Gap[]> {
    const symbol = truth.exchange.catalogue().symbols.find(({ name }) => name === this.#symbol)
    if (!symbol) return [{ at: performance.now(), text: `${this.#symbol} is not listed` }]
    const [updates, trades] = [truth.exchange.depth(symbol.id, 0).updateId, truth.trades[symbol.id]?.length ?? 0]
    for (let waited = 0; this.#depth.last < updates || this.#trades.last < trades; waited += POLL_MS) {
      if (waited > SETTLE_MAX_MS) {
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
    const { data } = message as { data: { e: string; U: number; u: number; t: number } }
    const others = this.#open.size > 1
    if (data.e === 'trade') this.#trades.received(leg, { first: data.t, last: data.t }, others)
    else this.#depth.received(leg, { first: data.U, last: data.u }, others)
  }
}
