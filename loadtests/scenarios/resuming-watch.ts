import { setTimeout } from 'k6/timers'
import { ResumedStream, type Numbered } from '../src/story/resumed-stream.ts'
import type { MarketWatchOptions } from './market-watch.ts'
import { MovingSocket } from './moving-socket.ts'
import { tell } from './story.ts'

const REPORT_MS = 200

type Message = Numbered & {
  readonly stream: string
  readonly data?: readonly { readonly u: number; readonly t: number }[]
}

/**
 * Listens to one market's numbered streams. After a lost connection it resumes after its last message. It asks for no
 * notice: a server that shuts down closes the connection and says when to reconnect.
 */
export class ResumingWatch {
  readonly #options: MarketWatchOptions
  readonly #socket: MovingSocket
  readonly #streams: ReadonlyMap<string, ResumedStream>
  readonly #last = { updates: 0, trades: 0 }
  #reached = ''

  constructor(options: MarketWatchOptions) {
    this.#options = options
    const market = options.symbol.toLowerCase()
    this.#streams = new Map([`${market}@depth@100ms`, `${market}@trade`].map((name) => [name, new ResumedStream(name)]))
    this.#socket = new MovingSocket(options.name, (leg) => this.#path(leg), {
      opened: () => undefined,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the exchange documents
      message: (leg, message) => this.#received(leg.number, message as Message),
      lost: (leg) => {
        for (const stream of this.#streams.values()) stream.lost(leg.number)
      },
    })
  }

  start(): void {
    this.#report()
  }

  #path(leg: number): string {
    const names = [...this.#streams.values()].map((stream) => {
      stream.connect(leg)
      return stream.position === undefined ? stream.name : `${stream.name}:${stream.position}`
    })
    return `/stream?sequence=true&streams=${names.join('/')}`
  }

  #received(leg: number, message: Message): void {
    const { message: count, gap, name } = this.#options
    count()
    const wrong = this.#streams.get(message.stream)?.take(leg, message)
    if (wrong !== undefined) {
      gap()
      tell({ kind: 'gap', at: Date.now(), text: `${name}: ${wrong}` })
    }
    const event = message.data?.[message.data.length - 1]
    if (event === undefined) return
    if (message.stream.endsWith('@trade')) this.#last.trades = Math.max(this.#last.trades, event.t)
    else this.#last.updates = Math.max(this.#last.updates, event.u)
  }

  #report(): void {
    const { name, end } = this.#options
    const { updates, trades } = this.#last
    if (this.#reached !== `${updates} ${trades}`)
      tell({ kind: 'reached', at: Date.now(), subscriber: name, updates, trades })
    this.#reached = `${updates} ${trades}`
    if (Date.now() < end) setTimeout(() => this.#report(), REPORT_MS)
    else this.#socket.close()
  }
}
