import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type ArchiveStore,
  FolderStore,
  JournalArchive,
  JournalPrunedError,
  openJournal,
  type PostgresJournal,
  Retention,
  type RetentionOptions,
  type StoredBatch,
} from '../src/index.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { makeSmallPartitions } from '../testing/small-partitions.ts'
import { openTestPool } from '../testing/test-pool.ts'

const SEQUENCES = 100
/** Sequences of one batch: not a divisor of the above, so that batches lie across the edges of partitions. */
const BATCH = 7

let database: TestDatabase
let pool: Pool
let folder: string
let store: FolderStore
const closing: { close(): Promise<void> }[] = []

beforeEach(async () => {
  database = await createDatabase()
  await makeSmallPartitions(database.url, SEQUENCES, 300)
  pool = openTestPool(database.url, { max: 2 })
  folder = mkdtempSync(join(tmpdir(), 'uptick-retention-'))
  store = new FolderStore(folder)
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((one) => one.close()))
  await pool.end()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

function open(shard: number, archive?: JournalArchive): PostgresJournal {
  const journal = openJournal(database.url, { shard, archive, partitionSequences: SEQUENCES })
  closing.push(journal)
  return journal
}

function retention(shard: number, recorded: number[], more: Partial<RetentionOptions> = {}): Retention {
  const opened = new Retention(database.url, {
    shard,
    archive: new JournalArchive(store),
    keptSeconds: 0,
    recorded: async () => new Map(recorded.entries()),
    confirm: async () => undefined,
    ...more,
  })
  closing.push(opened)
  return opened
}

/** Append batches through `last` at least. */
async function write(shard: number, last: number): Promise<StoredBatch[]> {
  const journal = open(shard)
  const { epoch } = await journal.takeOver()
  const batches: StoredBatch[] = []
  for (let first = 1; first <= last; first += BATCH) {
    const batch = { epoch, first, last: first + BATCH - 1, payload: Buffer.from(`shard ${shard} batch ${first}`) }
    expect(await journal.append(batch)).toBe('appended')
    batches.push(batch)
  }
  return batches
}

async function snapshots(shard: number, ...sequences: number[]): Promise<void> {
  const journal = open(shard)
  for (const sequence of sequences) await journal.saveSnapshot({ sequence, bytes: Buffer.from('state') })
}

async function collect(source: AsyncIterable<StoredBatch>): Promise<StoredBatch[]> {
  const all: StoredBatch[] = []
  for await (const batch of source) all.push(batch)
  return all
}

async function tables(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relname ~ '^journal_batch_p[0-9]+$' ORDER BY length(relname), relname`,
  )
  return rows.map(({ name }) => name)
}

const names = (...froms: number[]): string[] => froms.map((from) => `journal_batch_p${from}`)

test('batches that two snapshots and the read model have passed are archived and removed, and read from the archive', async () => {
  const batches = await write(0, 350)
  await snapshots(0, 252, 301)
  const confirmed: number[][] = []
  const confirm = async (...range: number[]): Promise<void> => void confirmed.push(range)
  const report = await retention(0, [350], { confirm }).pass()
  expect(report.removed).toEqual(names(0, 100))
  expect(report.archived).toEqual([
    'shard-000-0000000000000001-0000000000000105.journal.zst',
    'shard-000-0000000000000106-0000000000000203.journal.zst',
  ])
  expect(confirmed).toEqual([
    [105, 252],
    [203, 252],
  ])
  expect(await retention(0, [350]).pass()).toEqual({ archived: [], removed: [] })

  await expect(collect(open(0).read(1))).rejects.toBeInstanceOf(JournalPrunedError)
  expect((await collect(open(0).read(204)))[0]?.first).toBe(204)
  const whole = open(0, new JournalArchive(store))
  expect(await collect(whole.read(1))).toEqual(batches)
  expect(await collect(whole.read(100, { through: 110 }))).toEqual(batches.slice(14, 16))
  expect(await collect(whole.read(200, { through: 210 }))).toEqual(batches.slice(28, 30))
  const stop = new AbortController()
  const tailed: StoredBatch[] = []
  for await (const batch of whole.tail(1, stop.signal)) {
    tailed.push(batch)
    if (tailed.length === batches.length) stop.abort()
  }
  expect(tailed).toEqual(batches)
})

test.each([
  ['one snapshot only', [301], 350, 0, 0],
  ['the read model is behind both snapshots', [252, 301], 240, 0, 0],
  ['the read model is behind one of them', [203, 252, 301], 240, 0, 2],
  ['it is too young', [252, 301], 350, 3600, 0],
  ['nothing keeps it', [252, 301], 350, 0, 2],
])('%s', async (_why, taken, recorded, keptSeconds, removed) => {
  await write(0, 350)
  await snapshots(0, ...taken)
  expect((await retention(0, [recorded], { keptSeconds }).pass()).removed).toHaveLength(removed)
})

test('without an archive nothing is removed, and the size is measured', async () => {
  await write(0, 350)
  await snapshots(0, 252, 301)
  const unarchived = retention(0, [350], { archive: undefined })
  expect(await unarchived.pass()).toEqual({ archived: [], removed: [] })
  const { bytes, first } = await unarchived.measure()
  expect(first).toBe(1)
  expect(bytes).toBeGreaterThan(8192)
  expect(await tables()).toHaveLength(6)
})

test('a snapshot that cannot be restored keeps the journal', async () => {
  await write(0, 350)
  await snapshots(0, 252, 301)
  const confirm = async (): Promise<void> => Promise.reject(new Error('the state differs'))
  await expect(retention(0, [350], { confirm }).pass()).rejects.toThrow('the state differs')
  expect(readdirSync(folder)).toEqual([])
  expect(await tables()).toHaveLength(6)
})

test('a partition of two shards goes when both have archived their part', async () => {
  const batches = [await write(0, 350), await write(1, 350)]
  await snapshots(0, 252, 301)
  const first = await retention(0, [350, 350]).pass()
  expect(first).toMatchObject({ archived: [{}, {}].map(() => expect.stringMatching(/^shard-000/)), removed: [] })
  await snapshots(1, 252, 301)
  expect((await retention(0, [350, 350]).pass()).removed).toEqual([])
  const second = await retention(1, [350, 350]).pass()
  expect(second.removed).toEqual(names(0, 100))
  for (const shard of [0, 1]) {
    expect(await collect(open(shard, new JournalArchive(store)).read(1))).toEqual(batches[shard])
  }
})

test('of two passes at once one works, and the other does nothing', async () => {
  const batches = await write(0, 350)
  await snapshots(0, 252, 301)
  const reports = await Promise.all([retention(0, [350]).pass(), retention(0, [350]).pass()])
  const removed = [...reports.flatMap((report) => report.removed), ...(await retention(0, [350]).pass()).removed]
  expect(removed).toEqual(names(0, 100))
  expect(await collect(open(0, new JournalArchive(store)).read(1))).toEqual(batches)
})

/** A store that fails like a process that is killed: before, within or after a save. */
function dying(where: 'before' | 'within' | 'after'): ArchiveStore {
  return {
    names: () => store.names(),
    read: (name) => store.read(name),
    save: async (name, content) => {
      if (where === 'before') throw new Error('killed')
      if (where === 'within') {
        for await (const bytes of content) {
          writeFileSync(join(folder, `${name}.0123.part`), bytes)
          throw new Error('killed')
        }
      }
      await store.save(name, content)
      throw new Error('killed')
    },
  }
}

test.each(['before', 'within', 'after'] as const)(
  'killed %s writing the file, it is done by the next pass',
  async (where) => {
    const batches = await write(0, 350)
    await snapshots(0, 252, 301)
    await expect(retention(0, [350], { archive: new JournalArchive(dying(where)) }).pass()).rejects.toThrow('killed')
    expect(await collect(open(0).read(1))).toEqual(batches)
    expect((await retention(0, [350]).pass()).removed).toEqual(names(0, 100))
    expect(await collect(open(0, new JournalArchive(store)).read(1))).toEqual(batches)
  },
)

test('after a kill between detach and drop the next pass drops; after one during the detach it finishes that', async () => {
  const batches = await write(0, 350)
  await snapshots(0, 252, 301)
  const archive = new JournalArchive(store)
  for (const [first, last] of [
    [1, 105],
    [106, 203],
  ] as const) {
    await archive.save(archive.span(0, first, last), open(0).read(first, { through: last }))
  }
  await pool.query('ALTER TABLE journal_batch DETACH PARTITION journal_batch_p0 CONCURRENTLY')
  // Detaching waits for a session that has read the table, and is cancelled meanwhile.
  const reader = await pool.connect()
  await reader.query('BEGIN')
  await reader.query('SELECT count(*) FROM journal_batch')
  const cut = await pool.connect()
  await cut.query('SET statement_timeout = 300')
  await expect(cut.query('ALTER TABLE journal_batch DETACH PARTITION journal_batch_p100 CONCURRENTLY')).rejects.toThrow(
    'statement timeout',
  )
  await reader.query('COMMIT')
  reader.release()
  cut.release(true)
  expect((await retention(0, [350]).pass()).removed).toEqual(names(0, 100))
  expect(await tables()).toEqual(names(200, 300, 400, 500))
  expect(await collect(open(0, archive).read(1))).toEqual(batches)
})

test('a damaged file keeps the partition', async () => {
  const batches = await write(0, 350)
  await snapshots(0, 252, 301)
  writeFileSync(join(folder, 'shard-000-0000000000000001-0000000000000105.journal.zst'), 'not what it says')
  await expect(retention(0, [350]).pass()).rejects.toThrow('cannot be read')
  expect(await collect(open(0).read(1))).toEqual(batches)
})

test('reading of a partition that is removed meanwhile continues from the archive', async () => {
  const batches = await write(0, 350)
  await snapshots(0, 252, 301)
  const seen: StoredBatch[] = []
  for await (const batch of open(0, new JournalArchive(store)).read(1)) {
    if (seen.length === 0) expect((await retention(0, [350]).pass()).removed).toEqual(names(0, 100))
    seen.push(batch)
  }
  expect(seen).toEqual(batches)
})

test('the end of a journal outlasts the partition that holds its last batch', async () => {
  const journal = open(0)
  const { epoch } = await journal.takeOver()
  // The last batch begins in the first partition and ends in the second; nothing comes after it.
  const spanning = { epoch, first: 1, last: SEQUENCES + 4, payload: Buffer.from('all') }
  expect(await journal.append(spanning)).toBe('appended')
  await snapshots(0, SEQUENCES + 4, SEQUENCES + 4)
  expect((await retention(0, [SEQUENCES + 4]).pass()).removed).toEqual(names(0))
  expect(await journal.head()).toEqual({ epoch, last: SEQUENCES + 4 })
  expect(await journal.append({ epoch, first: SEQUENCES + 5, last: SEQUENCES + 5, payload: Buffer.from('on') })).toBe(
    'appended',
  )
})
