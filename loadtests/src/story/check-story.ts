import type pg from 'pg'
import type { Finding } from '../prove/rows.ts'
import { acknowledgementFindings } from '../reconcile/check-acknowledged.ts'
import { checkEngine } from '../reconcile/check-engine.ts'
import { checkSums } from '../reconcile/check-sums.ts'
import { checkTables, recorded } from '../reconcile/check-tables.ts'
import type { ExchangeWitness } from '../reconcile/exchange-witness.ts'
import type { JournalTruth } from '../reconcile/journal-truth.ts'
import type { TradersMarket } from '../reconcile/traffic.ts'
import type { Story } from './story.ts'

/** Other sources to compare with, while nothing trades. */
export interface OtherTellers {
  /** The journal's truth; it is advanced to the end. */
  readonly truth: JournalTruth
  readonly operator: ExchangeWitness
  /** Pool of the read model. */
  readonly pool: pg.Pool
  readonly market: TradersMarket
  /** The clock of the story: the present time, and that of a journaled time (µs). */
  readonly now: () => number
  readonly ofWallTime: (time: number) => number
}

/** An execution that an account should have got. */
interface Due {
  readonly at: number
  readonly account: number
  readonly id: number
}

/**
 * Compare the records of traders and listeners with the journal, the engine, the tables and the totals of money. The
 * load must have ended, and the listeners must have had time to receive the rest.
 */
export async function checkStory(story: Story, others: OtherTellers): Promise<Finding[]> {
  const { truth, operator, pool, market, now, ofWallTime } = others
  const findings: Finding[] = [...story.findings]
  const say = (kind: Finding['kind'], at: number, text: string): void => void findings.push({ kind, at, text })
  const due: Due[] = []
  truth.onExecution = ({ executionId, order }, time) => {
    const at = ofWallTime(time)
    const since = story.subscribedAt.get(order.account)
    if (since !== undefined && at > since) due.push({ at, account: order.account, id: executionId })
  }
  const since = truth.sequence
  const end = now()
  const general = await checkEngine(operator, truth)
  truth.onExecution = undefined
  await recorded(pool, truth.sequence)
  general.push(...(await checkSums(operator, truth)), ...(await checkTables(pool, truth, since)))
  for (const text of general) say('contradiction', end, text)
  for (const { kind, clientId, text } of acknowledgementFindings(story.told, truth, market))
    say(kind, story.sentAt.get(clientId) ?? end, text)
  for (const { at, account, id } of due)
    if (story.executions.get(account)?.has(id) !== true)
      say('gap', at, `execution ${id} never came to account ${account}`)
  for (const text of unreached(story, truth, market)) say('gap', end, text)
  return findings
}

function unreached(story: Story, truth: JournalTruth, market: TradersMarket): string[] {
  const symbol = truth.exchange.catalogue().symbols.find(({ name }) => name === market.symbol)
  if (symbol === undefined) return [`${market.symbol} is not listed`]
  const [updates, trades] = [truth.exchange.depth(symbol.id, 0).updateId, truth.trades[symbol.id]?.length ?? 0]
  return [...story.reached]
    .filter(([, last]) => last.updates < updates || last.trades < trades)
    .map(([name, last]) => {
      const journal = `the journal at ${updates} and ${trades}`
      return `${name} ends at update ${last.updates} and trade ${last.trades}, ${journal}`
    })
}
