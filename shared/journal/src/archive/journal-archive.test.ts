import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ArchiveDamagedError, JournalPrunedError } from '../errors.ts'
import type { StoredBatch } from '../journal.ts'
import { FolderStore } from './folder-store.ts'
import { JournalArchive } from './journal-archive.ts'

let folder: string
let archive: JournalArchive

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-archive-'))
  archive = new JournalArchive(new FolderStore(join(folder, 'made-when-needed')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string): string => join(folder, 'made-when-needed', name)

/** Batches of three sequences from `first` on. */
async function* batches(first: number, count: number): AsyncGenerator<StoredBatch> {
  for (let i = 0; i < count; i++) {
    const from = first + 3 * i
    yield { epoch: 1 + i, first: from, last: from + 2, payload: Buffer.alloc(i % 2 === 0 ? 5000 : 0, i) }
  }
}

async function collect(source: AsyncIterable<StoredBatch>): Promise<StoredBatch[]> {
  const all: StoredBatch[] = []
  for await (const batch of source) all.push(batch)
  return all
}

test('saved batches are read back, from any sequence, across files', async () => {
  expect(await archive.spans(7)).toEqual([])
  await archive.save(archive.span(7, 31, 60), batches(31, 10))
  await archive.save(archive.span(7, 1, 30), batches(1, 10))
  await archive.save(archive.span(8, 1, 3), batches(1, 1))
  expect((await archive.spans(7)).map(({ first, last }) => [first, last])).toEqual([
    [1, 30],
    [31, 60],
  ])
  const all = [...(await collect(batches(1, 10))), ...(await collect(batches(31, 10)))]
  expect(await collect(archive.read(7, 1))).toEqual(all)
  expect(await collect(archive.read(7, 29))).toEqual(all.slice(9))
  expect(await collect(archive.read(7, 60))).toEqual(all.slice(19))
  await expect(collect(archive.read(7, 61))).rejects.toBeInstanceOf(JournalPrunedError)
})

test('a gap between two files ends the reading before it', async () => {
  await archive.save(archive.span(0, 1, 30), batches(1, 10))
  await archive.save(archive.span(0, 61, 63), batches(61, 1))
  expect((await collect(archive.read(0, 1))).at(-1)?.last).toBe(30)
  await expect(collect(archive.read(0, 31))).rejects.toBeInstanceOf(JournalPrunedError)
})

test('equal batches give equal files, which begin with a description', async () => {
  const span = archive.span(7, 1, 30)
  await archive.save(span, batches(1, 10))
  const once = readFileSync(file(span.name))
  await archive.save(span, batches(1, 10))
  expect(readFileSync(file(span.name)).equals(once)).toBe(true)
  expect(once.length).toBeLessThan(5000)
  expect(zstdDecompressSync(once).subarray(0, 57).toString()).toBe(
    '{"format":"uptick-journal-archive","version":1,"shard":7}',
  )
  expect(readdirSync(join(folder, 'made-when-needed'))).toEqual([span.name])
})

test('a file that is cut short, changed or of another shard is refused', async () => {
  const span = archive.span(7, 1, 30)
  await archive.save(span, batches(1, 10))
  const whole = readFileSync(file(span.name))
  for (let length = 0; length < whole.length; length += 7) {
    truncateSync(file(span.name), length)
    await expect(archive.check(span), `${length} bytes`).rejects.toBeInstanceOf(ArchiveDamagedError)
    writeFileSync(file(span.name), whole)
  }
  for (let at = 0; at < whole.length; at += 11) {
    const changed = Buffer.from(whole)
    changed[at]! ^= 0x10
    writeFileSync(file(span.name), changed)
    await expect(archive.check(span), `byte ${at}`).rejects.toBeInstanceOf(ArchiveDamagedError)
  }
  const other = archive.span(8, 1, 30)
  writeFileSync(file(other.name), whole)
  await expect(archive.check(other)).rejects.toThrow('cannot be read')
  writeFileSync(file(span.name), whole)
  await archive.check(span)
  await expect(archive.check(span, { batches: 9 })).rejects.toThrow('batches is 10, not 9')
})

test('a failure while writing leaves nothing behind', async () => {
  const span = archive.span(7, 1, 30)
  const failing = async function* (): AsyncGenerator<StoredBatch> {
    yield* batches(1, 4)
    throw new Error('the database is gone')
  }
  await expect(archive.save(span, failing())).rejects.toThrow('the database is gone')
  expect(readdirSync(join(folder, 'made-when-needed'))).toEqual([])
  // Saved under a name that claims more than the content has.
  await expect(archive.save(span, batches(1, 9))).rejects.toThrow('last is 27, not 30')
})
