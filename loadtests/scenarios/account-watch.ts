import { setTimeout } from 'k6/timers'
import { MovingSocket, type Leg } from './moving-socket.ts'
import type { Trader } from './settings.ts'
import { signedParams } from './signature.ts'
import { tell } from './story.ts'

export interface AccountWatchOptions {
  readonly trader: Trader
  /** ms since 1970. */
  readonly end: number
  readonly event: () => void
}

/** Listens to the private events of one trader and writes down which executions it was told of. */
export class AccountWatch {
  readonly #options: AccountWatchOptions
  readonly #socket: MovingSocket
  readonly #last = new Map<Leg, number>()

  constructor(options: AccountWatchOptions) {
    this.#options = options
    this.#socket = new MovingSocket(
      `account ${options.trader.account}`,
      '/ws-api/v3?returnRateLimits=false&serverShutdown=true',
      {
        opened: (leg) => this.#subscribe(leg),
        message: (leg, message) => this.#received(leg, message),
        lost: (leg) => void this.#last.delete(leg),
      },
    )
    setTimeout(() => this.#socket.close(), options.end - Date.now())
  }

  #subscribe({ socket }: Leg): void {
    const params = signedParams(this.#options.trader, {})
    socket.send(JSON.stringify({ id: 1, method: 'userDataStream.subscribe.signature', params }))
  }

  #received(leg: Leg, message: unknown): void {
    const { account } = this.#options.trader
    const { id, status, event } = message as { id?: number; status?: number; event?: { e: string; I: number } }
    if (id === 1 && status === 200) tell({ kind: 'subscribed', at: Date.now(), account })
    if (event?.e !== 'executionReport') return
    this.#options.event()
    const before = this.#last.get(leg) ?? 0
    const at = Date.now()
    if (event.I <= before) tell({ kind: 'contradiction', at, text: `execution ${event.I} came after ${before}` })
    this.#last.set(leg, event.I)
    tell({ kind: 'execution', at, account, id: event.I })
  }
}
