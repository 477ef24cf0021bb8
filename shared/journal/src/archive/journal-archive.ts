import { pipeline, Readable, type Transform } from 'node:stream'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { ArchiveDamagedError, JournalPrunedError } from '../errors.ts'
import type { StoredBatch } from '../journal.ts'
import { type ArchiveSummary, decodeArchive, encodeArchive } from './archive-file.ts'
import type { ArchiveStore } from './archive-store.ts'

const NAME = /^shard-(\d{3})-(\d{16})-(\d{16})\.journal\.zst$/
const LEVEL = 3

/** Batches of one shard without a gap, in one file. */
export interface ArchivedSpan {
  readonly name: string
  readonly shard: number
  readonly first: number
  readonly last: number
}

/** What was removed from the journals of a database, as files whose names say what they hold. */
export class JournalArchive {
  readonly #store: ArchiveStore

  constructor(store: ArchiveStore) {
    this.#store = store
  }

  /** The archived spans of a shard, in order of sequence. */
  async spans(shard: number): Promise<ArchivedSpan[]> {
    const spans = (await this.#store.names()).flatMap((name) => {
      const match = NAME.exec(name)
      return match ? [{ name, shard: Number(match[1]), first: Number(match[2]), last: Number(match[3]) }] : []
    })
    return spans.filter((span) => span.shard === shard).toSorted((a, b) => a.first - b.first)
  }

  /** The file that holds exactly these sequences. */
  span(shard: number, first: number, last: number): ArchivedSpan {
    const digits = (sequence: number): string => String(sequence).padStart(16, '0')
    const name = `shard-${String(shard).padStart(3, '0')}-${digits(first)}-${digits(last)}.journal.zst`
    return { name, shard, first, last }
  }

  /** Write the file of the span, and read it back. @throws ArchiveDamagedError when it differs from what was written */
  async save(span: ArchivedSpan, batches: AsyncIterable<StoredBatch>): Promise<ArchiveSummary> {
    const written: { summary?: ArchiveSummary } = {}
    const encoded = encodeArchive(span.shard, batches)
    const plain = (async function* () {
      written.summary = yield* encoded
      compare(span.name, written.summary, span)
    })()
    const params = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 }
    await this.#store.save(span.name, piped(plain, createZstdCompress({ params })))
    if (written.summary === undefined) throw new ArchiveDamagedError(`${span.name} was not written to its end`)
    await this.check(span, written.summary)
    return written.summary
  }

  /** The bytes as which the batches would be written. */
  async summarise(shard: number, batches: AsyncIterable<StoredBatch>): Promise<ArchiveSummary> {
    return drained(encodeArchive(shard, batches))
  }

  /**
   * Read the whole file and compare it with its expected content, as far as that is known.
   *
   * @throws ArchiveDamagedError
   */
  async check(span: ArchivedSpan, expected: Partial<ArchiveSummary> = {}): Promise<void> {
    const found = await drained(this.#batches(span))
    compare(span.name, found, span)
    compare(span.name, found, expected)
  }

  /**
   * Batches from the one that holds `from` to the end of what is archived without a gap.
   *
   * @throws JournalPrunedError when `from` is not in the archive; ArchiveDamagedError
   */
  async *read(shard: number, from: number): AsyncGenerator<StoredBatch> {
    let next = from
    for (const span of await this.spans(shard)) {
      if (span.last < next) continue
      if (span.first > next) break
      for await (const batch of this.#batches(span)) {
        if (batch.last < next) continue
        yield batch
        next = batch.last + 1
      }
    }
    if (next === from) throw new JournalPrunedError(`sequence ${from} is neither in the journal nor in its archive`)
  }

  async *#batches(span: ArchivedSpan): AsyncGenerator<StoredBatch, ArchiveSummary> {
    try {
      return yield* decodeArchive(span.shard, piped(this.#store.read(span.name), createZstdDecompress()))
    } catch (error) {
      throw new ArchiveDamagedError(`${span.name} cannot be read`, { cause: error })
    }
  }
}

/** Pipe `from` through `transform`; a failure of `from` fails the result. */
function piped(from: AsyncIterable<Uint8Array>, transform: Transform): AsyncIterable<Buffer> {
  // The reader gets the error from `transform`, which it destroys.
  pipeline(Readable.from(from, { objectMode: false }), transform, () => undefined)
  return transform
}

function compare(name: string, found: ArchiveSummary, expected: Partial<ArchiveSummary>): void {
  for (const field of ['first', 'last', 'batches', 'sha256'] as const) {
    const value = expected[field]
    if (value === undefined || found[field] === value) continue
    throw new ArchiveDamagedError(`${name}: ${field} is ${found[field]}, not ${value}`)
  }
}

async function drained<T, R>(generator: AsyncGenerator<T, R>): Promise<R> {
  for (;;) {
    const { done, value } = await generator.next()
    if (done === true) return value
  }
}
