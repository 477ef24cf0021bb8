import { setTimeout } from 'k6/timers'
import { NumberedStream } from '../src/story/numbered-stream.ts'
import { MovingSocket, type Leg } from './moving-socket.ts'
import { tell } from './story.ts'

const REPORT_MS = 200

export interface MarketWatchOptions {
  readonly symbol: string
  /** Name of this watcher in the story. */
  readonly name: string
  /** ms since 1970. */
  readonly end: number
  readonly gap: () => void
  readonly message: () => void
}

/**
 * Listens to one market's depth and trades as any client of Binance does, and checks that every update and every trade
 * comes. When its server announces its shutdown, it connects to another one before the connection closes.
 */
export class MarketWatch {
  readonly #options: MarketWatchOptions
  readonly #socket: MovingSocket
  #depth = new NumberedStream<Leg>('updates', Date.now)
  #trades = new NumberedStream<Leg>('trades', Date.now)
  #reached = ''

  constructor(options: MarketWatchOptions) {
    this.#options = options
    const name = options.symbol.toLowerCase()
    this.#socket = new MovingSocket(
      options.name,
      () => `/stream?streams=${name}@depth@100ms/${name}@trade&serverShutdown=true`,
      {
        opened: () => undefined,
        message: (leg, message) => this.#received(leg, message),
        lost: (leg, { isLast, isCut }) => {
          // After a cut it has to start again. The cut is the failure, not what was missed after it.
          if (isLast && isCut) this.#anew()
          else for (const stream of [this.#depth, this.#trades]) stream.lost(leg)
        },
      },
    )
  }

  start(): void {
    this.#report()
  }

  #received(leg: Leg, message: unknown): void {
    this.#options.message()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the exchange documents
    const { data } = message as { data: { e: string; U: number; u: number; t: number } }
    const others = this.#socket.open.length > 1
    if (data.e === 'trade') this.#trades.received(leg, { first: data.t, last: data.t }, others)
    else this.#depth.received(leg, { first: data.U, last: data.u }, others)
  }

  #anew(): void {
    this.#tellGaps()
    this.#depth = new NumberedStream<Leg>('updates', Date.now)
    this.#trades = new NumberedStream<Leg>('trades', Date.now)
  }

  #tellGaps(): void {
    for (const { at, text } of [...this.#depth.gaps.splice(0), ...this.#trades.gaps.splice(0)]) {
      tell({ kind: 'gap', at, text: `${this.#options.name}: ${text}` })
      this.#options.gap()
    }
  }

  #report(): void {
    const { name, end } = this.#options
    this.#tellGaps()
    const [updates, trades] = [this.#depth.last, this.#trades.last]
    if (this.#reached !== `${updates} ${trades}`)
      tell({ kind: 'reached', at: Date.now(), subscriber: name, updates, trades })
    this.#reached = `${updates} ${trades}`
    if (Date.now() < end) setTimeout(() => this.#report(), REPORT_MS)
    else this.#socket.close()
  }
}
