import pg from 'pg'
import type { ClusterHandle } from './cluster-handle.ts'
import { Acknowledgements } from '../reconcile/acknowledgements.ts'
import { acknowledgementFindings } from '../reconcile/check-acknowledged.ts'
import { checkEngine } from '../reconcile/check-engine.ts'
import { checkSums } from '../reconcile/check-sums.ts'
import { checkTables, recorded } from '../reconcile/check-tables.ts'
import { JournalTruth } from '../reconcile/journal-truth.ts'
import type { Trader } from '../reconcile/traffic.ts'
import { AccountSubscriber } from './account-subscriber.ts'
import { loopback } from './loopback.ts'
import { MarketSubscriber } from './market-subscriber.ts'
import { OpenLoop } from './open-loop.ts'
import { PATIENCE_MS, type ProveOptions } from './options.ts'
import { Orders } from './orders.ts'
import type { Finding } from './rows.ts'
import type { SampleLog } from './sample-log.ts'
import type { Timeline } from './timeline.ts'

const market = { symbol: 'BTCUSDT', priceDecimals: 2, quantityDecimals: 5 }

/** Shared by all trials of a proof. */
export interface Recording {
  readonly log: SampleLog
  readonly timeline: Timeline
}

/** A running exchange under load; each trader's story is recorded. */
export class Trial {
  readonly cluster: ClusterHandle
  readonly told = new Acknowledgements()
  readonly orders: Orders
  readonly load: OpenLoop
  readonly streams: MarketSubscriber
  readonly accounts: readonly AccountSubscriber[]
  readonly #timeline: Timeline

  constructor(
    cluster: ClusterHandle,
    traders: readonly Trader[],
    { seed, rate, connections }: ProveOptions,
    { log, timeline }: Recording,
  ) {
    const places = traders.length
    const { url, port } = cluster
    this.cluster = cluster
    this.#timeline = timeline
    this.orders = new Orders({ market, traders, told: this.told, seed })
    this.streams = new MarketSubscriber(url, market.symbol)
    this.accounts = traders.map((trader, place) => new AccountSubscriber(url, trader, loopback(place)))
    const next = (place: number) => this.orders.next(place)
    this.load = new OpenLoop({ port, connections, places, rate, patienceMs: PATIENCE_MS, log, next })
  }

  /** Compare all stories while nothing trades, with the database that is the primary now. */
  async reconcile(): Promise<Finding[]> {
    const { cluster, told, orders, streams, accounts } = this
    const { databaseUrl } = cluster
    const timeline = this.#timeline
    const truth = JournalTruth.open(databaseUrl)
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
    try {
      const findings: Finding[] = []
      const say = (kind: Finding['kind'], at: number, text: string) => void findings.push({ kind, at, text })
      const byAccount = new Map(accounts.map((account) => [account.trader.account, account]))
      const missing: { at: number; text: string; executionId: number; account: AccountSubscriber }[] = []
      truth.onExecution = ({ executionId, order }, time) => {
        const account = byAccount.get(order.account)
        const text = `execution ${executionId} never came to account ${order.account}`
        if (account) missing.push({ at: timeline.ofWallTime(time), text, executionId, account })
      }
      const end = performance.now()
      const general = await checkEngine(cluster.operator, truth)
      await recorded(pool, truth.sequence)
      general.push(...(await checkSums(cluster.operator, truth)), ...(await checkTables(pool, truth, 0)))
      for (const text of general) say('contradiction', end, text)
      for (const { kind, clientId, text } of acknowledgementFindings(told, truth, market))
        say(kind, orders.sentAt.get(clientId) ?? end, text)
      for (const { at, text } of orders.contradictions) say('contradiction', at, text)
      for (const { at, text } of [...(await streams.settle(truth)), ...streams.gaps]) say('gap', at, text)
      for (const { at, text, executionId, account } of missing) if (!account.knows(executionId)) say('gap', at, text)
      for (const { at, text } of accounts.flatMap(({ disorder }) => disorder)) say('contradiction', at, text)
      return findings
    } finally {
      await truth.close()
      await pool.end()
    }
  }

  close(): void {
    this.load.close()
    this.streams.close()
    for (const account of this.accounts) account.close()
  }
}
