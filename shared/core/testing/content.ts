import type { Exchange } from '../src/index.ts'
import { SnapshotReader } from '../src/snapshot-words.ts'

const HEADER_WORDS = 8
/** What every command moves on, whatever it does. */
const MOVING = new Set(['sequence', 'time', 'hash'])

/** Everything that later outcomes depend on, bit for bit as it lies in memory, but for sequence, time and running hash. */
export function content(exchange: Exchange): string {
  const bytes = exchange.snapshot()
  const head = new SnapshotReader(bytes).text()
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const length = words[HEADER_WORDS] ?? 0
  const rest = words.subarray(HEADER_WORDS + 2 + length + (length & 1))
  const still = JSON.stringify(JSON.parse(head), (key, value: unknown) => (MOVING.has(key) ? undefined : value))
  return `${still} ${Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength).toString('base64')}`
}
