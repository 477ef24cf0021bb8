import { setTimeout as delay } from 'node:timers/promises'
import type { OperatorClient } from '@uptick/operator'
import { decimalText } from '../client/decimal.ts'
import { WsApiClient, type ApiKey, type WsApiAnswer } from '../client/ws-api.ts'
import { FLIPPED, placeOf } from './account-side.ts'
import type { Lane } from './judge-sides.ts'

/** From where to where accounts come on in one step of the proof, per cent. */
const BANDS = [
  [1, 10],
  [11, 50],
  [51, 100],
] as const
const ACCOUNTS_PER_BAND = 2
const ACCOUNTS_MAX = 500
const CONNECTIONS_PER_ACCOUNT = 2
const ASK_MS = 1_000
const KEYS_KNOWN_MS = 1_000
const QUANTITY_DECIMALS = 5
/** Each amendment lowers it by one unit. */
const QUANTITY_UNITS = 100_000
const AMEND_REJECTED = -2038
const DISABLED = 'This action is disabled on this account.'
const UNSUPPORTED = -1020

interface Watched {
  readonly key: ApiKey
  readonly lanes: Readonly<Record<(typeof FLIPPED)[number], Lane>>
  readonly client: WsApiClient
  readonly orderId: number
}

export interface SideWatchOptions {
  /** Base of the exchange. */
  readonly url: string
  readonly operator: OperatorClient
  /** From which the nth account connects; any when undefined. */
  readonly addressOf?: (place: number) => string | undefined
}

/**
 * Accounts that ask again and again for what is behind a flag: they amend an order that rests far from the market, and
 * subscribe to their numbered stream. Some of them come on in each step of the proof.
 */
export class SideWatch {
  readonly lanes: Lane[] = []
  /** Answers that neither side gives, and connections that broke. */
  readonly troubles: string[] = []
  readonly #asking: Promise<void>[] = []
  readonly #clients: WsApiClient[] = []
  #isOver = false

  private constructor() {}

  static async begin(options: SideWatchOptions): Promise<SideWatch> {
    const { operator, url, addressOf } = options
    const watch = new SideWatch()
    const chosen = await chosenAccounts(operator)
    const keys: ApiKey[] = []
    for (const account of chosen) {
      await operator.deposit(account, { asset: 'USDT', amount: '1000000' })
      const { apiKey, secret = '' } = await operator.addKey(account, { label: 'flags', type: 'HMAC', unlimited: true })
      keys.push({ apiKey, secret })
    }
    await delay(KEYS_KNOWN_MS)
    for (const [place, key] of keys.entries()) {
      for (let number = 0; number < CONNECTIONS_PER_ACCOUNT; number++) {
        const client = await WsApiClient.connect(url, addressOf?.(place))
        watch.#clients.push(client)
        const account = chosen[place] ?? 0
        const orderId = await restingOrder(client, key)
        const [amending, numbered] = FLIPPED.map((flag): Lane => ({ account, flag, answers: [] }))
        if (amending === undefined || numbered === undefined) continue
        watch.lanes.push(amending, numbered)
        const lanes = { 'amend-keep-priority': amending, 'numbered-user-streams': numbered }
        watch.#asking.push(watch.#ask({ key, lanes, client, orderId }))
      }
    }
    return watch
  }

  /** Whether every connection was answered as `expected` says, since a moment. */
  isSettled(since: number, expected: (lane: Lane) => boolean): boolean {
    return this.lanes.every((lane) => {
      const last = lane.answers.at(-1)
      return last !== undefined && last.sentAt >= since && last.isOn === expected(lane)
    })
  }

  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#asking)
    await Promise.all(this.#clients.map((client) => client.close()))
  }

  async #ask(watched: Watched): Promise<void> {
    const { client, key, lanes, orderId } = watched
    for (let quantity = QUANTITY_UNITS - 1; !this.#isOver; await delay(ASK_MS)) {
      const order = { symbol: 'BTCUSDT', orderId: String(orderId), newQty: decimalText(quantity, QUANTITY_DECIMALS) }
      try {
        const sides = [
          this.#told(lanes['amend-keep-priority'], amendSide, () =>
            client.signed(key, 'order.amend.keepPriority', order),
          ),
          this.#told(lanes['numbered-user-streams'], numberedSide, () =>
            client.signed(key, 'userDataStream.subscribe.signature', { sequence: 'true' }),
          ),
        ]
        const [isAmended, isSubscribed] = await Promise.all(sides)
        if (isAmended === true) quantity--
        if (isSubscribed === true) await client.send('userDataStream.unsubscribe', {})
      } catch (error) {
        this.troubles.push(`account ${lanes['amend-keep-priority'].account}: ${String(error)}`)
        return
      }
    }
  }

  async #told(
    lane: Lane,
    sideOf: (answer: WsApiAnswer) => boolean | undefined,
    ask: () => Promise<WsApiAnswer>,
  ): Promise<boolean | undefined> {
    const sentAt = performance.now()
    const answer = await ask()
    const isOn = sideOf(answer)
    if (isOn === undefined) this.troubles.push(`account ${lane.account}, ${lane.flag}: ${JSON.stringify(answer)}`)
    else lane.answers.push({ sentAt, answeredAt: performance.now(), isOn })
    return isOn
  }
}

function amendSide(answer: WsApiAnswer): boolean | undefined {
  if (answer.ok) return true
  return answer.code === AMEND_REJECTED && answer.message === DISABLED ? false : undefined
}

function numberedSide(answer: WsApiAnswer): boolean | undefined {
  if (answer.ok) return true
  return answer.code === UNSUPPORTED ? false : undefined
}

/** New accounts, of which some come on in each band of each flag. */
async function chosenAccounts(operator: OperatorClient): Promise<readonly number[]> {
  const chosen = new Set<number>()
  const missing = new Map(FLIPPED.flatMap((flag) => BANDS.map((band) => [{ flag, band }, ACCOUNTS_PER_BAND])))
  for (let made = 0; missing.size > 0; made++) {
    if (made > ACCOUNTS_MAX) throw new Error(`${ACCOUNTS_MAX} accounts do not fill the bands`)
    const account = await operator.addAccount(`flags ${made}`)
    for (const [place, count] of missing) {
      const at = placeOf(place.flag, account)
      if (at < place.band[0] || at > place.band[1]) continue
      chosen.add(account)
      if (count > 1) missing.set(place, count - 1)
      else missing.delete(place)
    }
  }
  return [...chosen]
}

async function restingOrder(client: WsApiClient, key: ApiKey): Promise<number> {
  const answer = await client.signed(key, 'order.place', {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: decimalText(QUANTITY_UNITS, QUANTITY_DECIMALS),
    price: '20000.00',
  })
  if (!answer.ok) throw new Error(`no order rests: ${answer.code} ${answer.message}`)
  return Number(answer.result['orderId'])
}
