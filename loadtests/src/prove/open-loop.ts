import { HttpConnection, type HttpReply } from './http-connection.ts'
import { Outcome, type SampleLog } from './sample-log.ts'

/** A request ready to be sent, and what its answer means. */
export interface Request {
  readonly text: string
  /** Whether the answer is one that the trader can use; `undefined`: the connection broke. */
  readonly settle: (reply: HttpReply | undefined) => boolean
}

export interface OpenLoopOptions {
  readonly port: number
  readonly connections: number
  /** Number of clients among whom the connections are divided, each with an address of its own. */
  readonly places: number
  /** Requests a second, due at even intervals, whatever happens to earlier ones. */
  readonly rate: number
  /**
   * A slower answer, counted from when the request was due, is late. A request that is unsent by then is never sent.
   */
  readonly patienceMs: number
  readonly log: SampleLog
  /** The next request of this client; it is made when it is sent. */
  readonly next: (place: number) => Request
}

const TICK_MS = 2
const SETTLE_MS_MAX = 10_000

/**
 * Steady load over many kept connections. Requests are due by the clock, and the time that a request waits for a free
 * connection is part of its latency. Nothing is ever sent twice.
 */
export class OpenLoop {
  readonly #options: OpenLoopOptions
  readonly #connections: HttpConnection[]
  /** First in, first out, so that every connection is used. */
  #idle: HttpConnection[] = []
  #waiting: number[] = []
  /** Due times of requests that were sent and have not ended. */
  readonly #onTheWay = new Set<number>()
  #scheduled = 0
  #began = 0
  #timer: NodeJS.Timeout | undefined
  /** New connections that were refused or cut before any byte came. */
  refused = 0

  constructor(options: OpenLoopOptions) {
    this.#options = options
    const events = { idle: (connection: HttpConnection) => this.#free(connection), refused: () => void this.refused++ }
    const { connections, places, port } = options
    this.#connections = Array.from({ length: connections }, (_, at) => new HttpConnection(port, at % places, events))
  }

  start(): void {
    this.#began = performance.now()
    this.#scheduled = 0
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** Send no more. Resolves when every request that was sent has ended. */
  async pause(): Promise<void> {
    clearInterval(this.#timer)
    for (const due of this.#waiting.splice(0)) this.#unsent(due)
    await this.settled(Infinity)
  }

  /** Resolves when every request due before `time` (of `performance.now`) has ended, or after `SETTLE_MS_MAX`. */
  async settled(time: number): Promise<void> {
    const isOpen = (): boolean => [...this.#waiting, ...this.#onTheWay].some((due) => due < time)
    for (const began = performance.now(); isOpen() && performance.now() - began < SETTLE_MS_MAX;)
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }

  close(): void {
    clearInterval(this.#timer)
    for (const connection of this.#connections) connection.close()
  }

  #tick(): void {
    const { rate, patienceMs } = this.#options
    const now = performance.now()
    const due = Math.floor(((now - this.#began) / 1000) * rate)
    for (; this.#scheduled < due; this.#scheduled++) this.#waiting.push(this.#began + (this.#scheduled * 1000) / rate)
    for (let [first] = this.#waiting; first !== undefined && now - first > patienceMs; [first] = this.#waiting) {
      this.#waiting.shift()
      this.#unsent(first)
    }
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const connection = this.#take()
      if (!connection) return
      this.#waiting.shift()
      this.#send(connection, first)
    }
  }

  #take(): HttpConnection | undefined {
    for (;;) {
      const connection = this.#idle.shift()
      if (!connection || connection.isFree) return connection
    }
  }

  #free(connection: HttpConnection): void {
    const due = this.#waiting.shift()
    if (due === undefined) this.#idle.push(connection)
    else this.#send(connection, due)
  }

  #send(connection: HttpConnection, due: number): void {
    const { log, next, patienceMs } = this.#options
    const request = next(connection.place)
    this.#onTheWay.add(due)
    connection.send(request.text, (reply) => {
      this.#onTheWay.delete(due)
      const latency = performance.now() - due
      const isFine = request.settle(reply)
      if (reply === undefined) log.add(due, latency, Outcome.BROKEN)
      else if (!isFine) log.add(due, latency, Outcome.ERROR)
      else log.add(due, latency, latency > patienceMs ? Outcome.LATE : Outcome.OK)
    })
  }

  #unsent(due: number): void {
    this.#options.log.add(due, performance.now() - due, Outcome.UNSENT)
  }
}
