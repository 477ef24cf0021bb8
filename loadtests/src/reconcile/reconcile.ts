import type pg from 'pg'
import type { AccountWatch } from './account-watch.ts'
import type { Acknowledgements } from './acknowledgements.ts'
import { checkAcknowledged } from './check-acknowledged.ts'
import { checkEngine } from './check-engine.ts'
import { checkSums } from './check-sums.ts'
import { checkTables, recorded } from './check-tables.ts'
import type { ExchangeWitness } from './exchange-witness.ts'
import type { JournalTruth } from './journal-truth.ts'
import type { StreamWatch } from './stream-watch.ts'
import type { TradersMarket } from './traffic.ts'

export interface Witnesses {
  readonly told: Acknowledgements
  readonly truth: JournalTruth
  readonly market: TradersMarket
  readonly operator: ExchangeWitness
  readonly pool: pg.Pool
  readonly stream: StreamWatch
  /** Listeners to the private events of accounts. */
  readonly accounts?: readonly AccountWatch[]
}

const FINDINGS_SHOWN_MAX = 20

/**
 * Compare all records while nothing trades: the traders' answers, the journal, the engine's state, the tables, the
 * totals of money, the public and the private streams.
 *
 * @returns the violations, one sentence each, at most twenty; empty when all agree
 */
export async function reconcile(witnesses: Witnesses): Promise<string[]> {
  const { told, truth, market, operator, pool, stream, accounts = [] } = witnesses
  const since = truth.sequence
  const findings = await checkEngine(operator, truth)
  await recorded(pool, truth.sequence)
  findings.push(
    ...checkAcknowledged(told, truth, market),
    ...(await checkSums(operator, truth)),
    ...(await checkTables(pool, truth, since)),
    ...(await stream.check(truth)),
  )
  for (const account of accounts) findings.push(...(await account.check()))
  return findings.slice(0, FINDINGS_SHOWN_MAX)
}
