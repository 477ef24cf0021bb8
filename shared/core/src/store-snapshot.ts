/* oxlint-disable typescript/no-non-null-assertion -- the snapshot's hash was right; its head says how much follows. */
import type { PairTable } from './pair-table.ts'
import type { PriceIndex } from './price-index.ts'
import type { ReplyRing } from './reply-ring.ts'
import type { Shard } from './shard.ts'
import type { SnapshotReader, SnapshotWriter } from './snapshot-words.ts'

/** Highest slots, live counts and free lists of the stores, for the head of a snapshot. */
export interface StoreMarks {
  readonly orders: readonly number[]
  readonly levels: readonly number[]
  readonly nodes: readonly number[]
  readonly clientIds: number
  readonly balances: number
  readonly seats: number
  readonly pairs: readonly number[]
}

export function storeMarks(shard: Shard): StoreMarks {
  const { orders, memory, clientIds, ledger, seats } = shard
  const { levels, nodes } = memory
  return {
    orders: [orders.highWater, orders.live, orders.free, orders.entries],
    levels: [levels.highWater, levels.live, levels.free],
    nodes: [nodes.highWater, nodes.live, nodes.free],
    clientIds: clientIds.entries,
    balances: ledger.highWater,
    seats: seats.highWater,
    pairs: [ledger.table.entries, seats.table.entries],
  }
}

/** The stores as they lie in memory, up to their high-water marks. */
export function writeStores(shard: Shard, writer: SnapshotWriter): void {
  const { orders, images, memory, clientIds, ledger, seats, accounts } = shard
  const { levels, nodes } = memory
  const used = (words: Int32Array, capacity: number, records: number): Int32Array =>
    words.subarray(0, (words.length / capacity) * records)
  writer.ints(used(orders.words, orders.capacity, orders.highWater))
  writer.ints(orders.table)
  const imaged = Math.min(orders.highWater, images.capacity)
  writer.ints(used(images.words, images.capacity, imaged))
  writer.ints(used(images.extraWords, images.capacity, imaged))
  writer.ints(used(images.links.words, images.capacity, imaged))
  writer.ints(used(levels.words, levels.capacity, levels.highWater))
  writer.ints(used(nodes.words, nodes.capacity, nodes.highWater))
  writer.ints(clientIds.words)
  writer.ints(used(ledger.words, ledger.capacity, ledger.highWater))
  writer.ints(ledger.table.words)
  writer.ints(used(seats.words, seats.capacity, seats.highWater))
  writer.ints(seats.table.words)
  writer.ints(accounts.words)
}

export function readStores(shard: Shard, marks: StoreMarks, reader: SnapshotReader): void {
  const { orders, images, memory, clientIds, ledger, seats, accounts } = shard
  const { levels, nodes } = memory
  orders.adopt(reader.ints())
  orders.table = reader.ints().slice()
  orders.tableShift = 33 - Math.log2(orders.table.length)
  ;[orders.highWater, orders.live, orders.free, orders.entries] = four(marks.orders)
  images.adopt(reader.ints(), reader.ints(), reader.ints())
  levels.adopt(reader.ints())
  ;[levels.highWater, levels.live, levels.free] = four(marks.levels)
  nodes.adopt(reader.ints())
  ;[nodes.highWater, nodes.live, nodes.free] = four(marks.nodes)
  clientIds.words = reader.ints().slice()
  clientIds.shift = 33 - Math.log2(clientIds.words.length)
  clientIds.entries = marks.clientIds
  ledger.adopt(reader.ints())
  ledger.highWater = marks.balances
  readPairs(ledger.table, reader, marks.pairs[0]!)
  seats.adopt(reader.ints())
  seats.highWater = marks.seats
  readPairs(seats.table, reader, marks.pairs[1]!)
  accounts.words = reader.ints().slice()
}

function four(marks: readonly number[]): [number, number, number, number] {
  return [marks[0]!, marks[1]!, marks[2]!, marks[3] ?? 0]
}

function readPairs(table: PairTable, reader: SnapshotReader, entries: number): void {
  table.words = reader.ints().slice()
  table.shift = 34 - Math.log2(table.words.length)
  table.entries = entries
}

export function indexMarks(index: PriceIndex): number[] {
  return [index.root, index.best]
}

export function restoreIndex(index: PriceIndex, marks: readonly number[]): void {
  index.root = marks[0]!
  index.best = marks[1]!
}

export function ringMarks(ring: ReplyRing): number[] {
  return [ring.head, ring.tail]
}

export function writeRing(ring: ReplyRing, writer: SnapshotWriter): void {
  writer.ints(ring.linear())
}

export function readRing(ring: ReplyRing, marks: readonly number[], reader: SnapshotReader): void {
  ring.adopt(marks[0]!, marks[1]!, reader.ints())
}
