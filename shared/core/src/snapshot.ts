/* oxlint-disable typescript/no-non-null-assertion -- the snapshot's hash was right; its head says how much follows. */
import { accountLists, readAccountLists, writeAccountParts, type AccountLists } from './account-lists.ts'
import type { AssetDefinition, SymbolDefinition } from './definition.ts'
import { canonicalJson } from './listing.ts'
import { Market } from './market.ts'
import type { RetryMarks, RetryMemory } from './retry-memory.ts'
import { Session, type Sessions } from './sessions.ts'
import type { Shard } from './shard.ts'
import {
  PARTED_VERSION,
  SNAPSHOT_VERSION,
  SnapshotError,
  type SnapshotReader,
  SnapshotWriter,
} from './snapshot-words.ts'
import {
  indexMarks,
  readRing,
  readStores,
  restoreIndex,
  ringMarks,
  type StoreMarks,
  storeMarks,
  writeRing,
  writeStores,
} from './store-snapshot.ts'
import { queueMarks, restoreQueue, restoreWork, workHead, type WorkHead } from './work-snapshot.ts'

/** Everything that is not a large array, as JSON. */
interface Head {
  readonly shard: number
  readonly sequence: number
  readonly time: number
  readonly lastOrder: number
  readonly executionId: number
  readonly hash: readonly number[]
  readonly behaviours: readonly number[]
  readonly assets: readonly { definition: AssetDefinition; fees: number; deposits: string; withdrawals: string }[]
  readonly accounts: AccountLists
  readonly markets: readonly MarketHead[]
  readonly waiting: readonly number[]
  /** Symbols with unfinished work, in the order of their turns. */
  readonly busy?: readonly number[]
  readonly stores: StoreMarks
  readonly sessions: readonly { id: number; last: number; first: number; ring: readonly number[] }[]
  readonly retries: RetryMarks
}

interface MarketHead {
  readonly definition: SymbolDefinition
  readonly counters: readonly number[]
  readonly reference: readonly number[]
  readonly indexes: readonly (readonly number[])[]
  readonly unfinished?: WorkHead
}

/** The content of a snapshot: everything that later outcomes depend on. */
export interface SnapshotState {
  readonly shard: Shard
  readonly sessions: Sessions
  readonly retries: RetryMemory
}

/** A copy of the whole state: versioned, with its own checksum. Between commands only. */
export function takeSnapshot(state: SnapshotState): Uint8Array {
  const { shard, sessions, retries } = state
  const writer = new SnapshotWriter()
  const head = headOf(state)
  writer.text(canonicalJson(head))
  writeAccountParts(shard.accounts, head.accounts, writer)
  writeStores(shard, writer)
  for (const { reference } of shard.markets) {
    writer.doubles(reference.minutes)
    writer.doubles(reference.sums)
  }
  for (const session of sessions.byId.values()) {
    writeRing(session.ring, writer)
    writer.doubles(session.linearPositions())
  }
  retries.write(writer)
  return writer.finish(head.accounts.parts ? PARTED_VERSION : SNAPSHOT_VERSION)
}

function headOf({ shard, sessions, retries }: SnapshotState): Head {
  const { accounts, triggers, steps } = shard
  return {
    shard: shard.number,
    sequence: shard.moment.sequence,
    time: shard.moment.time,
    lastOrder: shard.lastOrder,
    executionId: shard.writer.executionId,
    hash: shard.output.hash().state(),
    behaviours: shard.behaviours,
    assets: shard.assets.map(({ definition, fees, deposits, withdrawals }) => {
      return { definition, fees, deposits: deposits.toString(), withdrawals: withdrawals.toString() }
    }),
    accounts: accountLists(accounts),
    markets: shard.markets.map(marketHead),
    waiting: queueMarks(triggers.shared),
    ...(steps.busy.length > 0 && { busy: steps.busy.map(({ id }) => id) }),
    stores: storeMarks(shard),
    sessions: [...sessions.byId.values()].map(({ id, last, first, ring }) => {
      return { id, last, first, ring: ringMarks(ring) }
    }),
    retries: retries.marks(shard.moment.time),
  }
}

function marketHead(market: Market): MarketHead {
  const { reference } = market
  const unfinished = workHead(market)
  // A release before AGGREGATE_IDS reads four.
  const aggregates = market.aggregates.last > 0 ? [market.aggregates.last] : []
  return {
    definition: market.definition(),
    counters: [market.lastPrice, market.lastTradeId, market.updateId, market.preventedId, ...aggregates],
    reference: [reference.cachedSecond, reference.cached],
    indexes: market.indexes.map(indexMarks),
    ...(unfinished && { unfinished }),
  }
}

/** The shard number of a snapshot, and the head to restore from. */
export function readHead(reader: SnapshotReader): Head {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the snapshot's hash was right
  return JSON.parse(reader.text()) as Head
}

/** Fill a new, empty state from the parts behind `head`. */
export function restoreSnapshot(state: SnapshotState, head: Head, reader: SnapshotReader): void {
  const { shard, sessions, retries } = state
  shard.moment.sequence = head.sequence
  shard.moment.time = head.time
  shard.lastOrder = head.lastOrder
  shard.writer.executionId = head.executionId
  shard.output.hash().adopt(head.hash)
  for (const behaviour of head.behaviours) {
    if (!shard.supported.includes(behaviour)) throw new SnapshotError(`behaviour ${behaviour} is unknown to this build`)
    shard.activate(behaviour)
  }
  for (const { definition, fees, deposits, withdrawals } of head.assets) {
    shard.assets.push({ definition, fees, deposits: BigInt(deposits), withdrawals: BigInt(withdrawals) })
  }
  readAccountLists(shard.accounts, head.accounts, reader)
  restoreQueue(shard.triggers.shared, head.waiting)
  readStores(shard, head.stores, reader)
  for (const market of head.markets) restoreMarket(shard, market, reader)
  for (const symbol of head.busy ?? []) shard.steps.busy.push(shard.markets[symbol]!)
  for (const { id, last, first, ring } of head.sessions) {
    const session = new Session(id)
    session.last = last
    session.first = first
    readRing(session.ring, ring, reader)
    session.adoptPositions(reader.doubles())
    sessions.byId.set(id, session)
  }
  retries.read(head.retries, reader)
}

function restoreMarket(shard: Shard, head: MarketHead, reader: SnapshotReader): void {
  const { assets, markets, memory } = shard
  const idOf = (code: string): number => assets.findIndex((asset) => asset.definition.code === code)
  const base = idOf(head.definition.base)
  const quote = idOf(head.definition.quote)
  const market = new Market(markets.length, head.definition, shard.marketAssets(base, quote), memory)
  const [lastPrice, lastTradeId, updateId, preventedId, lastAggregate = 0] = head.counters
  market.lastPrice = lastPrice!
  market.lastTradeId = lastTradeId!
  market.updateId = updateId!
  market.preventedId = preventedId!
  market.aggregates.last = lastAggregate
  restoreWork(market, head.unfinished)
  const { reference } = market
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the snapshot's hash was right
  ;[reference.cachedSecond, reference.cached] = head.reference as [number, number]
  reference.minutes.set(reader.doubles())
  reference.sums.set(reader.doubles())
  for (const [i, index] of market.indexes.entries()) restoreIndex(index, head.indexes[i]!)
  markets.push(market)
}
