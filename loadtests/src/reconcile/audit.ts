import pg from 'pg'
import type { Acknowledgements } from './acknowledgements.ts'
import { acknowledgementFindings, type AcknowledgementFinding } from './check-acknowledged.ts'
import { checkEngine } from './check-engine.ts'
import { checkStreams } from './check-streams.ts'
import { checkSums } from './check-sums.ts'
import { checkTables, recorded } from './check-tables.ts'
import type { ExchangeWitness } from './exchange-witness.ts'
import { JournalExecutions } from './journal-executions.ts'
import { JournalTruth } from './journal-truth.ts'
import type { StreamLog } from './stream-log.ts'
import type { TradersMarket } from './traffic.ts'

/** Everything that is compared. Only the first three are required, and none of them needs a running exchange. */
export interface Evidence {
  /** PostgreSQL with the journal of shard 0, and with the tables of the recorder if `tables` is true. */
  readonly databaseUrl: string
  /** Folder with the archived part of the journal, if there is one. */
  readonly archiveFolder?: string
  readonly market: TradersMarket
  /** The answers that traders got. */
  readonly told: Acknowledgements
  /** The messages that subscribers got. */
  readonly streams?: readonly StreamLog[]
  /** Also compare the recorder's tables; waits up to 30 s for the recorder. */
  readonly tables?: boolean
  /** The running exchange, if it is to be asked for its hash and totals. */
  readonly exchange?: ExchangeWitness
}

/** A violation. `clientId` names its order, and is empty when there is none. */
export interface Discrepancy {
  readonly kind: AcknowledgementFinding['kind'] | 'gap'
  readonly clientId: string
  readonly text: string
}

export interface Audit {
  readonly discrepancies: readonly Discrepancy[]
  /** End of the journal, and its last epoch. */
  readonly sequence: number
  readonly epoch: number
  readonly hash: string
}

/**
 * Compare all records with a replay of the journal, once, when nothing trades any more: for proofs that end with it,
 * wherever the exchange runs. A journal that contradicts itself (a gap, a falling epoch, a batch made from another
 * state) is a contradiction.
 */
export async function audit(evidence: Evidence): Promise<Audit> {
  const { databaseUrl, archiveFolder, told, market, streams = [], tables = false, exchange } = evidence
  const truth = JournalTruth.open(databaseUrl, archiveFolder)
  const executions = new JournalExecutions(truth)
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  const discrepancies: Discrepancy[] = []
  const say = (kind: Discrepancy['kind'], texts: readonly string[]): void => {
    for (const text of texts) discrepancies.push({ kind, clientId: '', text })
  }
  try {
    if (exchange) say('contradiction', await checkEngine(exchange, truth))
    await truth.advance()
    discrepancies.push(...acknowledgementFindings(told, truth, market))
    say('contradiction', await checkSums(exchange, truth))
    say('gap', checkStreams(streams, truth, executions, market))
    if (tables) {
      await recorded(pool, truth.sequence)
      say('contradiction', await checkTables(pool, truth, 0))
    }
  } catch (error) {
    say('contradiction', [error instanceof Error ? error.message : String(error)])
  } finally {
    await truth.close()
    await pool.end()
  }
  return { discrepancies, sequence: truth.sequence, epoch: truth.epoch, hash: truth.hash }
}
