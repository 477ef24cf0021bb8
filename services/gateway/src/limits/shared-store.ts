import { randomBytes } from 'node:crypto'
import type { CancelTimer, Clock } from '../seams.ts'
import type { CountedBy, Counter, CounterStore } from './counter-store.ts'
import { RedisLine } from './redis-line.ts'
import type { RedisLineOptions } from './redis-line.ts'
import { SharedBans } from './shared-bans.ts'
import { SharedCounter } from './shared-counter.ts'
import type { SharedCount } from './shared-counter.ts'

export interface SharedStoreOptions extends RedisLineOptions {
  readonly clock: Clock
  /** Gateways that share their limits have the same; addresses and accounts are counted below it. */
  readonly scope: string
}

/** What changed is told to Redis this much later, all of it together. */
export const SYNC_MS = 20
/** While Redis is away, whether it is back is looked at this often. */
const RETRY_MS = 100
/** Counts in one exchange; more go into the next one. */
const COUNTS_MAX = 500
/** A count stays in Redis this much longer than its window, for gateways whose clocks differ. */
const GRACE = 5_000_000

/**
 * Writes this gateway's own counts and reads what all gateways have counted together. Each count is a hash with a field
 * for each gateway: writing it again changes nothing, so an exchange that failed is simply done again. The first key is
 * a mark that is there as long as nobody has flushed Redis.
 *
 * KEYS: mark, counts … · ARGV: a new mark, the field, then own count and time to live in ms for each count.
 */
const COUNT_SCRIPT = `
redis.call('SET', KEYS[1], ARGV[1], 'NX')
local reply = { redis.call('GET', KEYS[1]) }
for i = 2, #KEYS do
  redis.call('HSET', KEYS[i], ARGV[2], ARGV[2 * i - 1])
  redis.call('PEXPIRE', KEYS[i], ARGV[2 * i])
  local total = 0
  for _, count in ipairs(redis.call('HVALS', KEYS[i])) do total = total + tonumber(count) end
  reply[i] = total
end
return reply`

/**
 * Counts that several gateways share through Redis. Nothing here waits: a gateway counts in its own memory and tells
 * Redis a little later, all that changed in one exchange, whose answer says what the others have. Between two exchanges
 * a gateway does not know of what the others admit. Without Redis it goes on with what it knows, and tells it later.
 */
export class SharedStore implements CounterStore {
  readonly isShared = true
  readonly bans: SharedBans
  /** Exchanges that succeeded, and those that failed. */
  readonly counters = { exchanges: 0, failures: 0 }
  readonly #options: SharedStoreOptions
  readonly #line: RedisLine
  readonly #prefix: string
  /** This life of this gateway: what an earlier one counted still counts. */
  readonly #field = unique()
  readonly #counters: SharedCounter<string | number>[] = []
  #dirty: SharedCount[] = []
  readonly #newBans = new Map<string, number>()
  #mark = ''
  #isArmed = false
  #cancel: CancelTimer = () => {}
  #closed = false

  constructor(options: SharedStoreOptions) {
    this.#options = options
    this.#line = new RedisLine(options)
    // The braces keep all keys on one node of a Redis cluster, where the script needs them.
    this.#prefix = `{uptick:${options.scope}}`
    this.bans = new SharedBans((ip, until) => {
      this.#newBans.set(ip, until)
      this.#arm(SYNC_MS)
    })
  }

  /** Whether the last exchange succeeded, or would be tried now. */
  get isUp(): boolean {
    return this.#line.isReady
  }

  /** Counts that Redis has not been told of. */
  get pending(): number {
    return this.#dirty.length
  }

  start(): void {
    this.#line.start()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    this.#line.close()
  }

  counter<Key extends string | number>(name: string, by: CountedBy, length: number): Counter<Key> {
    const changed = (count: SharedCount): void => this.#changed(count)
    const counter = new SharedCounter<Key>({ name: `${this.#prefix}:${name}`, by, length, changed })
    this.#counters.push(counter as unknown as SharedCounter<string | number>)
    return counter
  }

  #changed(count: SharedCount): void {
    if (count.isDirty) return
    count.isDirty = true
    this.#dirty.push(count)
    this.#arm(SYNC_MS)
  }

  #arm(ms: number): void {
    if (this.#isArmed || this.#closed) return
    this.#isArmed = true
    this.#cancel = this.#options.timers.after(ms, () => void this.#exchange())
  }

  /** One exchange, after which the next is armed if there is anything left to tell. */
  async #exchange(): Promise<void> {
    const now = this.#options.clock.now()
    const due = this.#dirty.filter(({ end }) => end > now)
    const counts = due.splice(0, COUNTS_MAX)
    this.#dirty = due
    for (const count of counts) count.isDirty = false
    const told = counts.map(({ own }) => own)
    const isDone = this.#line.isReady && (await this.#tell(counts, told, now))
    if (!isDone) for (const count of counts) this.#again(count)
    this.#isArmed = false
    if (this.#dirty.length > 0 || this.#newBans.size > 0) this.#arm(isDone ? SYNC_MS : RETRY_MS)
  }

  async #tell(counts: readonly SharedCount[], told: readonly number[], now: number): Promise<boolean> {
    const addresses = [...new Set(counts.flatMap(({ address }) => address ?? []))]
    const bans = [...this.#newBans]
    const replies = await this.#line.exchange((pipeline) => {
      const keys = [`${this.#prefix}:mark`, ...counts.map(({ name }) => name)]
      const values = counts.flatMap(({ end }, i) => [told[i]!, Math.ceil((end - now + GRACE) / 1000)])
      pipeline.eval(COUNT_SCRIPT, keys.length, ...keys, unique(), this.#field, ...values)
      for (const [ip, until] of bans) {
        pipeline.set(this.#banKey(ip), until, 'PX', Math.max(1, Math.ceil((until - now) / 1000)))
      }
      if (addresses.length > 0) pipeline.mget(addresses.map((ip) => this.#banKey(ip)))
    })
    if (!replies) {
      this.counters.failures++
      return false
    }
    this.counters.exchanges++
    for (const [ip, until] of bans) if (this.#newBans.get(ip) === until) this.#newBans.delete(ip)
    const [mark, ...totals] = replies[0] as [string, ...number[]]
    for (const [i, count] of counts.entries()) count.others = totals[i]! - told[i]!
    const banned = addresses.length > 0 ? (replies.at(-1) as (string | null)[]) : []
    for (const [i, until] of banned.entries()) if (until !== null) this.bans.learn(addresses[i]!, Number(until))
    this.#see(mark)
    return true
  }

  /** Redis was emptied or is another one: tell it again what was counted in the present windows. */
  #see(mark: string): void {
    if (mark === this.#mark) return
    const isFirst = this.#mark === ''
    this.#mark = mark
    if (isFirst) return
    for (const counter of this.#counters) for (const count of counter.counts()) this.#again(count)
  }

  #again(count: SharedCount): void {
    if (count.isDirty) return
    count.isDirty = true
    this.#dirty.push(count)
  }

  #banKey(ip: string): string {
    return `${this.#prefix}:ban:${ip}`
  }
}

function unique(): string {
  return randomBytes(9).toString('base64url')
}
