import { type BalanceEvent, EventKind, readEvent } from '@uptick/core'
import {
  type AccountAnswer,
  balanceUpdate,
  executionReport,
  orderQueryResponse,
  type OrderView,
  outboundAccountPosition,
} from '@uptick/protocol'
import type { EngineLink } from '../engine-link/link.ts'
import { type Digest, type DigestSource, EventDigest, type Snapshot, type StreamTraits } from './digest.ts'
import { Message, type Render, type Tell } from './message.ts'

export type AccountLink = Pick<EngineLink, 'catalogue' | 'query'>

/** Both answers must show the same sequence; the next attempt nearly always succeeds. */
const ATTEMPTS_MAX = 5

/**
 * The private events of one account. For each outcome it sends the execution reports in the order of the engine, changes
 * of funds, then one account position with every asset that the outcome changed.
 */
class AccountDigest extends EventDigest {
  readonly #link: AccountLink
  readonly #tell: Tell
  /** Balances that the outcome changed, in order of first touch. */
  #balances: BalanceEvent[] = []

  constructor(link: AccountLink, tell: Tell) {
    super()
    this.#link = link
    this.#tell = tell
  }

  event(_kind: EventKind, words: Int32Array, at: number, _sequence: number, time: number): void {
    const { catalogue } = this.#link
    const event = readEvent(words, at)
    if (event.kind === EventKind.EXECUTION) {
      this.#say((unit) => JSON.stringify(executionReport(event, time, catalogue.format, unit)))
    } else if (event.kind === EventKind.FUNDS) {
      this.#say((unit) => JSON.stringify(balanceUpdate(event, time, catalogue.format, unit)))
    } else if (event.kind === EventKind.BALANCE) this.#balances.push(event)
  }

  override outcomeEnds(_sequence: number, time: number): void {
    const balances = this.#balances
    if (balances.length === 0) return
    this.#balances = []
    const { catalogue } = this.#link
    this.#say((unit) => JSON.stringify(outboundAccountPosition(balances, time, catalogue.format, unit)))
  }

  #say(render: Render): void {
    this.#tell(new Message(render))
  }
}

const TRAITS: StreamTraits = {
  order: 0,
  isMemoryless: true,
  followsFrames: false,
  followsChanges: true,
  readsPast: true,
  needsTime: false,
}

/** How the private stream of an account is made. */
export class AccountSource implements DigestSource {
  readonly key: number
  readonly traits = TRAITS
  readonly #link: AccountLink

  constructor(account: number, link: AccountLink) {
    this.key = account
    this.#link = link
  }

  open(tell: Tell): Digest {
    return new AccountDigest(this.#link, tell)
  }

  /** Balances and open orders, as they stand at one sequence. */
  async snapshot(): Promise<Snapshot | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const answers = await this.#ask().catch(() => undefined)
      if (!answers) return undefined
      const [account, orders] = answers
      if (account.sequence !== orders.sequence || account.value === null || !Array.isArray(orders.value)) continue
      return this.#show(account.sequence, account.value, orders.value)
    }
    return undefined
  }

  #ask() {
    const { key: account } = this
    return Promise.all([
      this.#link.query({ kind: 'account', account }),
      this.#link.query({ kind: 'openOrders', account }),
    ])
  }

  #show(last: number, { balances }: AccountAnswer, orders: readonly OrderView[]): Snapshot {
    const { format } = this.#link.catalogue
    const rows = balances.map(({ asset, free, locked }) => ({
      a: format.asset(asset).code,
      f: format.assetAmount(asset, BigInt(free)),
      l: format.assetAmount(asset, BigInt(locked)),
    }))
    const render: Render = (unit) =>
      JSON.stringify({ balances: rows, openOrders: orders.map((order) => orderQueryResponse(order, format, unit)) })
    return { last, render }
  }
}
