import { setTimeout } from 'k6/timers'
import { ResumedStream } from '../src/story/resumed-stream.ts'
import { MovingSocket, type Leg } from './moving-socket.ts'
import type { Trader } from './settings.ts'
import { signedParams } from './signature.ts'
import { tell } from './story.ts'

export interface AccountWatchOptions {
  readonly trader: Trader
  /** ms since 1970. */
  readonly end: number
  readonly event: () => void
  readonly gap: () => void
}

interface UserMessage {
  readonly id?: number
  readonly status?: number
  readonly subscriptionId?: number
  readonly first?: number
  readonly last?: number
  readonly error?: string
  readonly events?: readonly { readonly e: string; readonly I: number }[]
}

/**
 * Listens to the private events of one trader, numbered, and records the executions that it gets. When its server
 * closes or dies, it resumes after the last event.
 */
export class AccountWatch {
  readonly #options: AccountWatchOptions
  readonly #socket: MovingSocket
  readonly #stream = new ResumedStream('events')
  readonly #last = new Map<number, number>()

  constructor(options: AccountWatchOptions) {
    this.#options = options
    const path = (): string => '/ws-api/v3?returnRateLimits=false&serverShutdown=true'
    this.#socket = new MovingSocket(`account ${options.trader.account}`, path, {
      opened: (leg) => this.#subscribe(leg),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the exchange documents
      message: (leg, message) => this.#received(leg.number, message as UserMessage),
      lost: (leg) => {
        this.#stream.lost(leg.number)
        this.#last.delete(leg.number)
      },
    })
  }

  start(): void {
    setTimeout(() => this.#socket.close(), this.#options.end - Date.now())
  }

  #subscribe({ number, socket }: Leg): void {
    const { position } = this.#stream
    this.#stream.connect(number)
    const after: Record<string, string> = position === undefined ? { sequence: 'true' } : { resume: String(position) }
    const params = signedParams(this.#options.trader, after)
    socket.send(JSON.stringify({ id: 1, method: 'userDataStream.subscribe.signature', params }))
  }

  #received(leg: number, { id, status, subscriptionId, first, last, error, events = [] }: UserMessage): void {
    const { account } = this.#options.trader
    const at = Date.now()
    if (id === 1 && status === 200) tell({ kind: 'subscribed', at, account })
    if (subscriptionId === undefined || first === undefined || last === undefined) return
    const wrong = this.#stream.take(leg, { first, last, ...(error !== undefined && { error }) })
    if (wrong !== undefined) {
      this.#options.gap()
      tell({ kind: 'gap', at, text: `account ${account}: ${wrong}` })
    }
    for (const { e, I } of events) if (e === 'executionReport') this.#execution(leg, at, I)
  }

  #execution(leg: number, at: number, id: number): void {
    const { account } = this.#options.trader
    this.#options.event()
    const before = this.#last.get(leg) ?? 0
    if (id <= before) tell({ kind: 'contradiction', at, text: `execution ${id} came after ${before}` })
    this.#last.set(leg, id)
    tell({ kind: 'execution', at, account, id })
  }
}
