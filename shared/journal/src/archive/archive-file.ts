import { createHash, type Hash } from 'node:crypto'
import { ArchiveDamagedError } from '../errors.ts'
import type { StoredBatch } from '../journal.ts'
import { ByteSource } from './byte-source.ts'

const FORMAT = 'uptick-journal-archive'
const VERSION = 1
/** Length of the payload, then epoch, first and last sequence. */
const RECORD_BYTES = 28
/** In the place of a length: the trailer follows. */
const TRAILER = 0xffffffff
const JSON_BYTES_MAX = 64 * 1024
const PAYLOAD_BYTES_MAX = 1 << 30

/** What a file holds, by its trailer. `sha256` is over everything before the trailer. */
export interface ArchiveSummary {
  readonly batches: number
  readonly first: number
  readonly last: number
  readonly sha256: string
}

/**
 * Batches of one shard as bytes, before compression: a line of JSON that says what this is; for each batch 28 bytes (length
 * of the payload, epoch, first and last sequence; big-endian) and its payload; a mark, and a summary as JSON, with its
 * length before it. Equal batches give equal bytes. Returns the summary.
 */
export async function* encodeArchive(
  shard: number,
  batches: AsyncIterable<StoredBatch>,
): AsyncGenerator<Buffer, ArchiveSummary> {
  const hash = createHash('sha256')
  const head = Buffer.from(`${JSON.stringify({ format: FORMAT, version: VERSION, shard })}\n`)
  hash.update(head)
  yield head
  const summary = { batches: 0, first: 0, last: 0 }
  for await (const { epoch, first, last, payload } of batches) {
    const record = Buffer.alloc(RECORD_BYTES)
    record.writeUInt32BE(payload.length)
    record.writeBigInt64BE(BigInt(epoch), 4)
    record.writeBigInt64BE(BigInt(first), 12)
    record.writeBigInt64BE(BigInt(last), 20)
    hash.update(record).update(payload)
    yield record
    yield payload
    if (summary.batches === 0) summary.first = first
    summary.last = last
    summary.batches++
  }
  const whole = { ...summary, sha256: hash.digest('hex') }
  const text = Buffer.from(JSON.stringify(whole))
  const mark = Buffer.alloc(8)
  mark.writeUInt32BE(TRAILER)
  mark.writeUInt32BE(text.length, 4)
  yield Buffer.concat([mark, text])
  return whole
}

/**
 * The batches of such bytes. Returns the summary, which has been compared with what was read.
 *
 * @throws ArchiveDamagedError
 */
export async function* decodeArchive(
  shard: number,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<StoredBatch, ArchiveSummary> {
  const source = new ByteSource(bytes)
  const hash = createHash('sha256')
  checkHead(await source.line(JSON_BYTES_MAX), shard, hash)
  const found = { batches: 0, first: 0, last: 0 }
  for (;;) {
    const mark = await source.take(4)
    const length = mark.readUInt32BE()
    if (length === TRAILER) break
    if (length > PAYLOAD_BYTES_MAX) throw new ArchiveDamagedError(`a payload of ${length} bytes`)
    const rest = await source.take(RECORD_BYTES - 4)
    const payload = await source.take(length)
    hash.update(mark).update(rest).update(payload)
    const [epoch, first, last] = [integerAt(rest, 0), integerAt(rest, 8), integerAt(rest, 16)] as const
    if (found.batches > 0 && first !== found.last + 1) {
      throw new ArchiveDamagedError(`batch ${first} … ${last} follows sequence ${found.last}`)
    }
    if (found.batches === 0) found.first = first
    found.last = last
    found.batches++
    yield { epoch, first, last, payload }
  }
  const summary = { ...found, sha256: hash.digest('hex') }
  const text = await source.take(Math.min((await source.take(4)).readUInt32BE(), JSON_BYTES_MAX))
  if (text.toString() !== JSON.stringify(summary)) throw new ArchiveDamagedError('the summary does not fit the content')
  await source.end()
  return summary
}

function integerAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigInt64BE(at))
}

function checkHead(line: Buffer, shard: number, hash: Hash): void {
  hash.update(line)
  let head: { format?: unknown; version?: unknown; shard?: unknown }
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its fields are unknown
    head = JSON.parse(line.toString()) as typeof head
  } catch {
    head = {}
  }
  if (head.format !== FORMAT) throw new ArchiveDamagedError('it does not begin as an archive does')
  if (head.version !== VERSION)
    throw new ArchiveDamagedError(`version ${String(head.version)} is unknown to this build`)
  if (head.shard !== shard) throw new ArchiveDamagedError(`it is of shard ${String(head.shard)}, not ${shard}`)
}
