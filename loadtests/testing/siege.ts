import { setTimeout as delay } from 'node:timers/promises'
import { ControlClient } from '@uptick/standalone'
import { TestExchange } from '@uptick/standalone/testing'
import pg from 'pg'
import type { LinkProxies } from './link-proxies.ts'
import { loopback } from '../src/prove/loopback.ts'
import { AccountWatch } from '../src/reconcile/account-watch.ts'
import { Acknowledgements, type SentOrder } from '../src/reconcile/acknowledgements.ts'
import { JournalExecutions } from '../src/reconcile/journal-executions.ts'
import { JournalTruth } from '../src/reconcile/journal-truth.ts'
import { reconcile, type Witnesses } from '../src/reconcile/reconcile.ts'
import { StreamWatch } from '../src/reconcile/stream-watch.ts'
import { Traffic, type Trader } from '../src/reconcile/traffic.ts'

/** The usual limits count for them, each with an address of its own; on one alone none of this could trade. */
const TRADERS = 12
const IN_FLIGHT_PER_TRADER = 4
const TRADING_AGAIN_MS_MAX = 30_000
const READY_MS_MAX = 60_000
const POLL_MS = 10
const market = { symbol: 'BTCUSDT', priceDecimals: 2, quantityDecimals: 5 }

/** What one blow came to. */
export interface Round {
  /** Sentences; nothing when all tell the same. */
  readonly findings: readonly string[]
  /** From the blow until a hundred orders more were acknowledged. */
  readonly outageMs: number
  /** Orders without an answer at the moment of the blow. */
  readonly waiting: readonly SentOrder[]
}

/** What an exchange under siege stands on. */
export interface SiegeGround {
  readonly exchangeUrl: string
  readonly witnessUrl: string
  /** Its data folder, and what stands before its engines. */
  readonly folder?: string
  readonly links?: LinkProxies
}

/** An exchange of its own with traders and subscribers, whose stories are compared after every blow. */
export class Siege {
  readonly exchange: TestExchange
  readonly #traffic: Traffic
  #witnesses: Witnesses & { readonly accounts: readonly AccountWatch[] }

  private constructor(exchange: TestExchange, traffic: Traffic, witnesses: Siege['witnesses']) {
    this.exchange = exchange
    this.#traffic = traffic
    this.#witnesses = witnesses
  }

  /**
   * @param ground a PostgreSQL of its own and nothing before the engines unless given: where the exchange reaches another one, and
   *   where the witnesses do, who must not be struck themselves
   */
  static async begin(seed: number, ground?: SiegeGround): Promise<Siege> {
    const { links } = ground ?? {}
    const environment = {
      LIMIT_BANS: 'true',
      ...(ground && { DATABASE_URL: ground.exchangeUrl }),
      ...(links && { LINK_URLS: links.urls }),
    }
    const exchange = await TestExchange.start(environment, ground?.folder)
    const told = new Acknowledgements()
    const traders = await makeTraders(exchange)
    const databaseUrl = ground?.witnessUrl ?? exchange.running.databaseUrl
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
    pool.on('error', () => undefined)
    const truth = JournalTruth.open(databaseUrl)
    const journal = { truth, executions: new JournalExecutions(truth) }
    const stream = new StreamWatch(exchange.url, market)
    const accounts = traders.slice(0, 2).map((trader) => new AccountWatch(exchange.url, trader, market, journal))
    const inFlight = IN_FLIGHT_PER_TRADER
    const traffic = new Traffic({ url: exchange.url, market, traders, acknowledgements: told, seed, inFlight })
    const { operator } = exchange
    return new Siege(exchange, traffic, { told, truth, market, operator, pool, stream, accounts })
  }

  get witnesses(): Witnesses & { readonly accounts: readonly AccountWatch[] } {
    return this.#witnesses
  }

  /** Trade for a while, strike, trade again, wait until everything is ready, and compare while nothing trades. */
  async round(calmMs: number, strike: () => Promise<void>): Promise<Round> {
    const { truth, told } = this.#witnesses
    this.#traffic.start((account) => truth.exchange.openOrders(account).map(({ orderId }) => orderId))
    await delay(calmMs)
    const waiting = told.waiting()
    const began = performance.now()
    await strike()
    await this.#tradingAgain()
    const outageMs = performance.now() - began
    await this.#traffic.pause()
    await this.ready()
    // Addresses change when the supervisor does.
    this.#witnesses = { ...this.#witnesses, operator: this.exchange.operator }
    const findings = [...(await reconcile(this.#witnesses)), ...this.#traffic.takeWaits()]
    return { findings, outageMs, waiting }
  }

  /** Process id by place, `postgres` and `supervisor` included: `leader` and `standby` are whichever engines are that now. */
  async processOf(place: string): Promise<number> {
    if (place === 'supervisor') return this.exchange.running.process
    const { leader, processes } = await ControlClient.find(this.exchange.folder).status()
    const standby = processes.find(({ name }) => name.startsWith('engine') && name !== leader)?.name
    const name = (place === 'leader' ? leader : place === 'standby' ? standby : place) ?? place
    const id = this.exchange.running.processes[name]
    if (id === undefined) throw new Error(`there is no ${place}`)
    return id
  }

  /** Of the leader. */
  async epoch(): Promise<number> {
    const { engine } = await this.exchange.operator.call<{ engine: { epoch: number } }>('GET', '/status')
    return engine.epoch
  }

  /** Every process is ready and there is a leader. */
  async ready(): Promise<void> {
    for (const began = performance.now(); ; await delay(10 * POLL_MS)) {
      const { leader, processes } = await ControlClient.find(this.exchange.folder).status()
      const unready = processes.filter(({ ready }) => !ready)
      if (leader !== undefined && unready.length === 0) return
      if (performance.now() - began > READY_MS_MAX)
        throw new Error(`not ready: ${unready.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`)
    }
  }

  async end(): Promise<void> {
    const { stream, accounts, truth, pool } = this.#witnesses
    await this.#traffic.stop()
    stream.close()
    for (const account of accounts) account.close()
    await truth.close()
    await pool.end()
    await this.exchange.remove()
  }

  async #tradingAgain(): Promise<void> {
    const traffic = this.#traffic
    const { acknowledged } = traffic
    for (const began = performance.now(); traffic.acknowledged < acknowledged + 100; await delay(POLL_MS))
      if (performance.now() - began > TRADING_AGAIN_MS_MAX)
        throw new Error(`no trader trades:\n${this.exchange.command.output()}`)
  }
}

async function makeTraders({ operator }: TestExchange): Promise<Trader[]> {
  const traders: Trader[] = []
  for (let index = 0; index < TRADERS; index++) {
    const account = await operator.addAccount(`trader ${index}`)
    await operator.deposit(account, { asset: 'BTC', amount: '100000' })
    await operator.deposit(account, { asset: 'USDT', amount: '500000000' })
    const { apiKey, secret = '' } = await operator.addKey(account, { label: 'load', type: 'HMAC' })
    traders.push({ account, key: { apiKey, secret }, localAddress: loopback(index) })
  }
  return traders
}
