/* oxlint-disable typescript/no-non-null-assertion -- markets, accounts and slots are those of the shard itself. */
import { WordHash } from './hash.ts'
import type { ImageStore } from './image-store.ts'
import { canonicalJson } from './listing.ts'
import type { Market } from './market.ts'
import type { WaitingQueue } from './market-work.ts'
import { FIXED_IMAGE_WORDS } from './order-image.ts'
import { Moment } from './output.ts'
import { NONE } from './order-store.ts'
import type { PriceIndex } from './price-index.ts'
import type { RetryMemory } from './retry-memory.ts'
import type { Session } from './sessions.ts'
import type { Shard } from './shard.ts'
import type { SnapshotState } from './snapshot.ts'
import { workMeaning } from './work-snapshot.ts'

/** Adds values of the state to a hash, independent of their place in memory. */
class StateHash {
  readonly #hash = new WordHash()
  readonly #doubles = new Float64Array(2)
  readonly #words = new Int32Array(this.#doubles.buffer)
  readonly #moment = new Moment()
  readonly #image = new Int32Array(64)
  readonly #imageDoubles = new Float64Array(this.#image.buffer)

  number(value: number): void {
    this.#doubles[0] = value
    this.#hash.update(this.#words, 0, 2)
  }

  words(words: Int32Array, from: number, count: number): void {
    this.#hash.update(words, from, from + count)
  }

  big(value: bigint): void {
    this.#words[0] = Number(BigInt.asIntN(32, value))
    this.#words[1] = Number(BigInt.asIntN(32, value >> 32n))
    this.#words[2] = Number(BigInt.asIntN(32, value >> 64n))
    this.#words[3] = 0
    this.#hash.update(this.#words, 0, 4)
  }

  text(text: string): void {
    this.number(text.length)
    for (let i = 0; i < text.length; i++) this.number(text.charCodeAt(i))
  }

  /** As an event would tell it. */
  image(images: ImageStore, slot: number): void {
    const tail = images.tailWords(slot)
    this.#moment.time = images.updated(slot)
    images.copyImage(slot, this.#moment, this.#image, this.#imageDoubles, 0)
    images.copyTail(slot, this.#image, FIXED_IMAGE_WORDS)
    this.#hash.update(this.#image, 0, FIXED_IMAGE_WORDS + tail)
  }

  value(): bigint {
    return this.#hash.value()
  }
}

/** 64-bit hash of the state's meaning: free lists, slots and table layouts are not part of it. */
export function stateHash({ shard, sessions, retries }: SnapshotState): bigint {
  const into = new StateHash()
  for (const value of [
    shard.number,
    shard.moment.sequence,
    shard.moment.time,
    shard.lastOrder,
    shard.writer.executionId,
  ]) {
    into.number(value)
  }
  into.big(shard.output.hash().value())
  for (const behaviour of shard.behaviours) into.number(behaviour)
  for (const asset of shard.assets) {
    into.text(canonicalJson(asset.definition))
    into.big(asset.deposits)
    into.big(asset.withdrawals)
    into.big(shard.ledger.free(asset.fees))
  }
  for (let account = 1; account <= shard.accounts.count; account++) hashAccount(shard, account, into)
  for (const market of shard.markets) hashMarket(shard, market, into)
  hashQueue(shard, shard.triggers.shared, into)
  if (shard.boundedSteps) hashWork(shard, into)
  for (const session of [...sessions.byId.values()].toSorted((a, b) => a.id - b.id)) hashSession(session, into)
  hashRetries(retries, shard.moment.time, into)
  return into.value()
}

function hashAccount(shard: Shard, account: number, into: StateHash): void {
  const { accounts, ledger } = shard
  into.number(accounts.status(account))
  into.text(accounts.labels[account]!)
  for (const fee of accounts.fees.get(account) ?? []) into.text(canonicalJson(fee))
  const slots: number[] = []
  for (let slot = accounts.balances(account); slot !== NONE; slot = ledger.next(slot)) slots.push(slot)
  for (const slot of slots.toSorted((a, b) => ledger.asset(a) - ledger.asset(b))) {
    const free = ledger.free(slot)
    const locked = ledger.locked(slot)
    if (free === 0n && locked === 0n) continue
    into.number(ledger.asset(slot))
    into.big(free)
    into.big(locked)
  }
}

function hashMarket(shard: Shard, market: Market, into: StateHash): void {
  const { reference } = market
  into.text(canonicalJson(market.definition()))
  into.number(market.lastPrice)
  into.number(market.lastTradeId)
  if (market.aggregates.last > 0) into.number(market.aggregates.last)
  into.number(market.updateId)
  into.number(market.preventedId)
  into.number(reference.cachedSecond)
  into.number(reference.cached)
  for (const minute of reference.minutes) into.number(minute)
  for (const sum of reference.sums) into.number(sum)
  for (const index of market.indexes) hashIndex(shard, index, into)
}

function hashIndex(shard: Shard, index: PriceIndex, into: StateHash): void {
  const { levels } = shard.memory
  for (let level = index.best; level !== NONE; level = index.after(level)) {
    into.number(levels.price(level))
    into.number(levels.count(level))
    for (let slot = levels.head(level); slot !== NONE; slot = shard.orders.next(slot)) hashOrder(shard, slot, into)
  }
}

function hashQueue(shard: Shard, queue: WaitingQueue, into: StateHash): void {
  for (let slot = queue.head; slot !== NONE; slot = shard.orders.next(slot)) hashOrder(shard, slot, into)
}

/** The work that continues in later commands. */
function hashWork(shard: Shard, into: StateHash): void {
  for (const { waiting, work } of shard.markets) {
    into.number(waiting.count)
    hashQueue(shard, waiting, into)
    for (const value of workMeaning(work)) into.number(value)
    if (work.slot !== NONE) hashOrder(shard, work.slot, into)
  }
  for (const { id } of shard.steps.busy) into.number(id)
}

function hashOrder(shard: Shard, slot: number, into: StateHash): void {
  const { images, orders } = shard
  into.image(images, slot)
  into.number(images.priority(slot))
  into.number(orders.remaining(slot))
}

function hashSession(session: Session, into: StateHash): void {
  into.number(session.id)
  into.number(session.last)
  into.number(session.first)
  const replies = session.ring.linear()
  into.words(replies, 0, replies.length)
}

function hashRetries(retries: RetryMemory, time: number, into: StateHash): void {
  const { replies, keys, times } = retries.image()
  for (let entry = 0; entry < retries.count; entry++) {
    into.words(keys, entry * 16, 16)
    into.number(times[entry * 2]!)
  }
  into.words(replies, 0, replies.length)
  for (const [account, through] of retries.forgotten(time)) {
    into.number(account)
    into.number(through)
  }
}
