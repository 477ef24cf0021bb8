import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { dialExchange } from '../client/dial-exchange.ts'
import { checkStreams } from './check-streams.ts'
import type { JournalExecutions } from './journal-executions.ts'
import type { JournalTruth } from './journal-truth.ts'
import type { StreamEvent, StreamLog } from './stream-log.ts'
import type { Trader, TradersMarket } from './traffic.ts'

const RECONNECT_MS = 40
const SETTLE_MS_MAX = 10_000
const POLL_MS = 20

/**
 * A subscriber of one account's private events, which reconnects when the connection breaks. It may miss what happens
 * between two connections. On a connection it may miss nothing, from its first event to the end of the journal.
 */
export class AccountWatch {
  readonly #url: string
  readonly #trader: Trader
  readonly #truth: JournalTruth
  readonly #executions: JournalExecutions
  readonly #market: TradersMarket
  #socket: WebSocket | undefined
  #subscribed = false
  /** Connections since the last check; the last one is that of the socket. */
  #connections: StreamEvent[][] = []
  #closed = false
  #seen = 0

  constructor(
    url: string,
    trader: Trader,
    market: TradersMarket,
    journal: { truth: JournalTruth; executions: JournalExecutions },
  ) {
    this.#url = url
    this.#trader = trader
    this.#market = market
    this.#truth = journal.truth
    this.#executions = journal.executions
    this.#connect()
  }

  /** Executions received so far. */
  get seen(): number {
    return this.#seen
  }

  /**
   * Wait until the last execution has come, then compare all events since the last check. Nothing may trade meanwhile.
   */
  async check(): Promise<string[]> {
    const { account } = this.#trader
    const last = this.#executions.of(account).at(-1)?.event.executionId
    const isThere = (): boolean => {
      const current = this.#connections.at(-1) ?? []
      const event = current.at(-1)
      // A connection that was made after the last execution gets no event.
      return this.#subscribed && (event === undefined || (event.e === 'executionReport' && event.I === last))
    }
    for (let waited = 0; !isThere() && waited < SETTLE_MS_MAX; waited += POLL_MS) await delay(POLL_MS)
    if (!this.#subscribed) return [`account ${account} is not subscribed to its events`]
    const log: StreamLog = {
      subscriber: `private stream of account ${account}`,
      of: account,
      connections: this.#connections,
      isComplete: false,
    }
    const findings = checkStreams([log], this.#truth, this.#executions, this.#market)
    // The connection continues after its last event.
    const current = this.#connections.splice(0).at(-1) ?? []
    current.splice(0, current.length - 1)
    this.#connections.push(current)
    return findings
  }

  close(): void {
    this.#closed = true
    this.#socket?.terminate()
  }

  #connect(): void {
    const socket = dialExchange(`${this.#url}/ws-api/v3?returnRateLimits=false`, this.#trader.localAddress)
    const events: StreamEvent[] = []
    this.#socket = socket
    this.#subscribed = false
    socket.on('open', () => this.#subscribe(socket))
    socket.on('message', (data: Buffer) => {
      const message: { id?: number; status?: number; event?: StreamEvent } = JSON.parse(data.toString())
      if (message.id === 1) {
        if (message.status !== 200) return socket.terminate()
        this.#subscribed = true
        this.#connections.push(events)
      }
      if (message.event?.e !== 'executionReport') return
      events.push(message.event)
      this.#seen++
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#subscribed = false
      if (!this.#closed) setTimeout(() => this.#connect(), RECONNECT_MS)
    })
  }

  #subscribe(socket: WebSocket): void {
    const { apiKey, secret } = this.#trader.key
    const payload = `apiKey=${apiKey}&recvWindow=60000&timestamp=${Date.now()}`
    const signature = createHmac('sha256', secret).update(payload).digest('hex')
    const params = { ...Object.fromEntries(new URLSearchParams(payload)), signature }
    socket.send(JSON.stringify({ id: 1, method: 'userDataStream.subscribe.signature', params }))
  }
}
