import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openJournal, type PostgresJournal } from '@uptick/journal'
import { createDatabase, openTestPool, type TestDatabase } from '@uptick/journal/testing'
import { recordBatch } from '@uptick/readmodel'
import { RowCollector } from '@uptick/recorder'
import { SampleLog } from '../src/prove/sample-log.ts'
import { Acknowledgements } from '../src/reconcile/acknowledgements.ts'
import { audit } from '../src/reconcile/audit.ts'
import type { ExchangeWitness } from '../src/reconcile/exchange-witness.ts'
import { JournalTruth } from '../src/reconcile/journal-truth.ts'
import { checkStory } from '../src/story/check-story.ts'
import { Story } from '../src/story/story.ts'
import { PlayedMarket } from '../testing/played-market.ts'

let database: TestDatabase
let journal: PostgresJournal
let pool: pg.Pool
let played: PlayedMarket
let told: Acknowledgements

/** A journal and tables in which two accounts have traded, and traders that were told so. */
beforeEach(async () => {
  database = await createDatabase()
  journal = openJournal(database.url, { shard: 0 })
  pool = openTestPool(database.url)
  const rows = new RowCollector()
  played = new PlayedMarket((words, length) => rows.add(words, length))
  told = new Acknowledgements()
  place('maker', 1, 'SELL', 10, 500)
  place('taker', 2, 'BUY', 10, 300)
  place('resting', 2, 'BUY', 5, 100)
  const { epoch } = await journal.takeOver()
  await journal.append(played.takeBatch(epoch))
  const { sequence } = played.exchange
  const client = await pool.connect()
  await recordBatch(client, { shard: 0, from: 0, through: sequence, time: sequence }, rows.rows())
  client.release()
})
afterEach(async () => {
  await Promise.all([journal.close(), pool.end()])
  await database.drop()
})

function place(clientId: string, account: number, side: 'BUY' | 'SELL', price: number, quantity: number): void {
  told.sent({ clientId, account, side, price: String(price), quantity: String(quantity) })
  told.acknowledged(clientId, played.place(clientId, account, side, price, quantity))
}

/** The engine, as it must be. */
function engine(): ExchangeWitness {
  const { exchange, hash } = played
  const { assets } = exchange.catalogue()
  const totals = exchange.totals().map(({ asset, ...sums }) => ({
    asset: assets[asset]!.code,
    ...Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, String(sum)])),
  }))
  const status = { engine: { sequence: exchange.sequence, hash: hash.toString(16).padStart(16, '0') } }
  return {
    call: <Answer>() => Promise.resolve(status as Answer),
    totals: () => Promise.resolve({ totals }),
  }
}

/** What the audit finds, as `kind: text`. */
async function found(): Promise<string[]> {
  const { market } = played
  const evidence = { databaseUrl: database.url, market, told, tables: true, exchange: engine() }
  const { discrepancies } = await audit(evidence)
  return discrepancies.map(({ kind, text }) => `${kind}: ${text}`)
}

test('stories that agree have no discrepancy', async () => {
  expect(await found()).toEqual([])
})

test('what a trader was told and the journal has not is lost', async () => {
  told.sent({ clientId: 'gone', account: 1, side: 'BUY', price: '1', quantity: '1' })
  told.acknowledged('gone', 99)
  expect(await found()).toEqual(['lost: gone was acknowledged as 99, the journal has nothing'])
})

describe('a table that differs', () => {
  test.each([
    ['a status', 'UPDATE orders SET status = 4 WHERE order_id = 3', 'order 3 of the table'],
    ['an executed quantity', 'UPDATE orders SET executed = executed + 1 WHERE order_id = 1', 'order 1 of the table'],
    ['a quote', 'UPDATE orders SET cumulative_quote = 0 WHERE order_id = 1', 'order 1 of the table'],
    ['an account', 'UPDATE orders SET account = 1 WHERE order_id = 3', 'order 3 of the table'],
    ['a client order id', `UPDATE orders SET client_id = 'x' WHERE order_id = 3`, 'order 3 of the table'],
    ['a price', 'UPDATE trades SET price = 11', 'trade 1 of the table'],
    ['a quantity', 'UPDATE trades SET quantity = 299', 'trade 1 of the table'],
    ['a maker', 'UPDATE trades SET maker_order = 2', 'trade 1 of the table'],
    ['a taker', 'UPDATE trades SET taker_order = 1', 'trade 1 of the table'],
    ['money that is free', 'UPDATE balances SET free = free + 1 WHERE account = 1 AND asset = 0', 'account 1 has'],
    ['money that is locked', 'UPDATE balances SET locked = 0 WHERE account = 2 AND asset = 1', 'account 2 has'],
  ])('by %s is found', async (_what, statement, text) => {
    expect((await pool.query(statement)).rowCount).toBeGreaterThan(0)
    expect(await found()).toEqual([expect.stringMatching(`^contradiction: ${text}`)])
  })

  test.each(['orders', 'trades'])('by a row of %s that is missing is found', async (table) => {
    const before = (await pool.query(`SELECT 1 FROM ${table}`)).rowCount ?? 0
    const key = table === 'orders' ? 'order_id = 3' : 'trade_id = 1'
    await pool.query(`DELETE FROM ${table} WHERE ${key}`)
    expect(await found()).toEqual([
      `contradiction: the table of ${table} has ${before - 1} rows, the journal makes ${before}`,
    ])
  })
})

describe('a journal that contradicts itself', () => {
  test('by another state before a batch', async () => {
    const { epoch } = await journal.takeOver()
    played.place('later', 1, 'SELL', 50, 1)
    const batch = played.takeBatch(epoch, 1n)
    await journal.append(batch)
    expect(await found()).toContain(
      `contradiction: before sequence ${batch.first} its leader had another state than the replay`,
    )
  })

  test('by an epoch that falls', async () => {
    const [epoch] = [await journal.takeOver(), await journal.takeOver()].map((head) => head.epoch)
    played.place('later', 1, 'SELL', 50, 1)
    await journal.append(played.takeBatch(epoch! + 1))
    await pool.query('UPDATE journal_batch SET epoch = 9 WHERE first_sequence = 1')
    expect(await found()).toContain(
      `contradiction: batch ${played.exchange.sequence} of epoch ${epoch! + 1} follows epoch 9`,
    )
    // Read in two parts, the second of which is in order.
    const truth = JournalTruth.open(database.url)
    await truth.advance(played.exchange.sequence - 1)
    await expect(truth.advance()).rejects.toThrow(`epoch ${epoch! + 1} after 9`)
    await truth.close()
  })

  test('by a batch that is missing', async () => {
    const { epoch } = await journal.takeOver()
    for (const price of [50, 51]) {
      played.place(`at ${price}`, 1, 'SELL', price, 1)
      await journal.append(played.takeBatch(epoch))
    }
    const { sequence } = played.exchange
    await pool.query('DELETE FROM journal_batch WHERE last_sequence = $1', [sequence - 1])
    expect(await found()).toEqual([
      expect.stringMatching(`^contradiction: batch ${sequence} … ${sequence} follows sequence ${sequence - 2}$`),
    ])
  })
})

describe('a story', () => {
  /** What traders and listeners have written down, all of it right; it is changed before it is compared. */
  async function findingsOf(change: (story: Story) => void): Promise<string[]> {
    const story = new Story({ log: new SampleLog(), timeOf: (at) => at })
    for (const { order, fate } of told.all()) {
      story.add({ kind: 'sent', at: 20, via: 'kept', order })
      if (fate.kind !== 'acknowledged') continue
      const { orderId } = fate
      const { clientId } = order
      story.add({ kind: 'end', at: 20, ms: 1, via: 'kept', request: 'place', end: 'fine', clientId, orderId })
    }
    for (const account of [1, 2]) story.add({ kind: 'subscribed', at: 0, account })
    // NEW and TRADE of the maker and of the taker, NEW of the one that rests.
    for (const [account, id] of [
      [1, 1],
      [2, 2],
      [1, 3],
      [2, 4],
      [2, 5],
    ] as const)
      story.add({ kind: 'execution', at: 21, account, id })
    const { updateId } = played.exchange.depth(0, 0)
    story.add({ kind: 'reached', at: 30, subscriber: 'w', updates: updateId, trades: 1 })
    change(story)
    const truth = JournalTruth.open(database.url)
    const others = {
      truth,
      operator: engine(),
      pool,
      market: played.market,
      now: () => 99,
      ofWallTime: (time: number) => time,
    }
    try {
      return (await checkStory(story, others)).map(({ kind, at, text }) => `${kind} ${at}: ${text}`)
    } finally {
      await truth.close()
    }
  }

  test('that is the journal’s is right', async () => {
    expect(await findingsOf(() => undefined)).toEqual([])
  })

  test('in which an account did not hear of an execution has a gap, unless it did not listen yet', async () => {
    const forget = (story: Story): void => void story.executions.get(2)!.delete(4)
    expect(await findingsOf(forget)).toEqual([expect.stringMatching(/^gap \d+: execution 4 never came to account 2$/)])
    const listenLater = (story: Story): void => {
      forget(story)
      story.subscribedAt.set(2, 90)
    }
    expect(await findingsOf(listenLater)).toEqual([])
  })

  test.each([
    ['updates', { updates: 0, trades: 1 }],
    ['trades', { updates: 9, trades: 0 }],
  ])('in which a subscriber did not come to the end of the %s has a gap', async (_what, last) => {
    const findings = await findingsOf((story) => story.reached.set('w', last))
    expect(findings).toEqual([
      expect.stringMatching(`^gap 99: w ends at update ${last.updates} and trade ${last.trades}, the journal at`),
    ])
  })

  test('in which an order was acknowledged that is not there has lost it, when it was sent', async () => {
    const order = { clientId: 'gone', account: 1, side: 'BUY', price: '1', quantity: '1' } as const
    const findings = await findingsOf((story) => {
      story.add({ kind: 'sent', at: 40, via: 'kept', order })
      story.told.acknowledged('gone', 88)
    })
    expect(findings).toEqual(['lost 40: gone was acknowledged as 88, the journal has nothing'])
  })

  test('that found something itself keeps it', async () => {
    const findings = await findingsOf((story) => story.add({ kind: 'contradiction', at: 41, text: 'two answers' }))
    expect(findings).toEqual(['contradiction 41: two answers'])
  })

  test('beside which a table differs is contradicted', async () => {
    await pool.query('UPDATE orders SET status = 4 WHERE order_id = 3')
    expect(await findingsOf(() => undefined)).toEqual(["contradiction 99: order 3 of the table is not the journal's"])
  })
})
