import type { CountedAddress, CancelTimer, Clock, Timers } from '@uptick/runtime'
import { CLAIM_KEPT_MS, Claims } from './claims.ts'
import type { CountLine } from './count-line.ts'
import type { CountedBy, Counter, CounterStore } from './counter-store.ts'
import { StandIns } from './stand-ins.ts'
import { SharedBans } from './shared-bans.ts'
import { type SharedCount, SharedCounter } from './shared-counter.ts'
import { forgetFirst } from './window-counter.ts'

export interface SharedStoreOptions {
  readonly line: CountLine
  readonly clock: Clock
  readonly timers: Timers
  /** How long a change waits before it is reported; all changes of that time go together. */
  readonly syncMs?: number
  /** Asked before each exchange: no is as if the line were down. */
  readonly isOn?: () => boolean
}

export const SYNC_MS = 20
/** How often the line is tried while it is down. */
const RETRY_MS = 100
/** Counts, and new bans, in one exchange; more go into the next one. */
const COUNTS_MAX = 500
const BANS_MAX = 500
/** Bound on new bans that the others do not know of. Past it the oldest remains this gateway's alone. */
export const NEW_BANS_MAX = 100_000
/** A count is kept this much longer than its window, for gateways whose clocks differ. */
const GRACE = 5_000_000

/**
 * Counts that several gateways share. No request waits for them: a gateway counts in its own memory. A little later it
 * reports all changes to the shared store in one exchange, and the answer brings the counts of the others. Between two
 * exchanges a gateway does not know what the others admit. While the line is down it continues with the counts that it
 * has, and reports its own later.
 */
export class SharedStore implements CounterStore {
  readonly isShared = true
  readonly bans: SharedBans
  /** Exchanges that succeeded, and those that failed. */
  readonly counters = { exchanges: 0, failures: 0 }
  readonly #options: SharedStoreOptions
  readonly #syncMs: number
  readonly #counters: SharedCounter<string | number>[] = []
  #dirty: SharedCount[] = []
  readonly #newBans = new Map<CountedAddress, number>()
  readonly #claims = new Claims()
  readonly #standIns = new StandIns()
  /** How far this gateway has come, and whether the others know. */
  #done: { readonly session: number; readonly sequence: number } | undefined = undefined
  #mark = ''
  #isArmed = false
  /** Switched off at the last exchange. */
  #isOff = false
  #cancel: CancelTimer = () => {}
  #closed = false

  constructor(options: SharedStoreOptions) {
    this.#options = options
    this.#syncMs = options.syncMs ?? SYNC_MS
    this.bans = new SharedBans((ip, until) => {
      if (this.#newBans.size >= NEW_BANS_MAX && !this.#newBans.has(ip)) forgetFirst(this.#newBans)
      this.#newBans.set(ip, until)
      this.#arm(this.#syncMs)
    })
  }

  /** Whether the last exchange succeeded, or one would be tried now. */
  get isUp(): boolean {
    return this.#options.line.isReady && !this.#isOff
  }

  /** Counts and claims that were not reported yet. */
  get pending(): number {
    return this.#dirty.length + this.#claims.size
  }

  start(): void {
    this.#options.line.start()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    this.#options.line.close()
  }

  once(sequence: number, act: () => void): void {
    this.#claims.add(sequence, this.#options.clock.now(), act)
    this.#arm(this.#syncMs)
  }

  did(session: number, sequence: number): void {
    this.#done = { session, sequence }
    this.#arm(this.#syncMs)
  }

  instead(session: number, sequence: number, act: () => void): void {
    this.#standIns.add(session, sequence, this.#options.clock.now(), act)
    this.#arm(this.#syncMs)
  }

  counter<Key extends string | number>(name: string, by: CountedBy, length: number): Counter<Key> {
    const changed = (count: SharedCount): void => this.#changed(count)
    const counter = new SharedCounter<Key>({ name, by, length, changed })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a counter is asked for keys that are its own
    this.#counters.push(counter as unknown as SharedCounter<string | number>)
    return counter
  }

  #changed(count: SharedCount): void {
    if (count.isDirty) return
    count.isDirty = true
    this.#dirty.push(count)
    this.#arm(this.#syncMs)
  }

  #arm(ms: number): void {
    if (this.#isArmed || this.#closed) return
    this.#isArmed = true
    this.#cancel = this.#options.timers.after(ms, () => void this.#exchange())
  }

  /** Do one exchange; schedule the next one if anything is left to report. */
  async #exchange(): Promise<void> {
    const now = this.#options.clock.now()
    const due = this.#dirty.filter(({ end }) => end > now)
    const counts = due.splice(0, COUNTS_MAX)
    this.#dirty = due
    for (const count of counts) count.isDirty = false
    this.#isOff = this.#options.isOn?.() === false
    const isDone = this.isUp && (await this.#tell(counts, now))
    if (!isDone) {
      for (const count of counts) this.#again(count)
      this.#standIns.wait(this.#options.clock.now())
    }
    this.#isArmed = false
    if (this.pending > 0 || this.#newBans.size > 0 || this.#standIns.size > 0)
      this.#arm(isDone ? this.#syncMs : RETRY_MS)
  }

  async #tell(counts: readonly SharedCount[], now: number): Promise<boolean> {
    const told = counts.map(({ name, own, end }) => ({ name, own, msLeft: Math.ceil((end - now + GRACE) / 1000) }))
    const addresses = [...new Set(counts.flatMap(({ address }) => address ?? []))]
    const bans = [...this.#newBans.entries().take(BANS_MAX)]
    const claims = this.#claims.due(now)
    const { sessions } = this.#standIns
    const heard = await this.#options.line.tell({
      counts: told,
      bans: [
        ...bans.map(([ip, until]) => ({
          name: banName(ip),
          until,
          msLeft: Math.max(1, Math.ceil((until - now) / 1000)),
        })),
        ...this.#doneNow(),
      ],
      asked: [...addresses.map(banName), ...sessions.map(doneName)],
      claims: claims.map((sequence) => ({ name: `done:${sequence}`, msLeft: CLAIM_KEPT_MS })),
    })
    if (!heard) {
      this.counters.failures++
      return false
    }
    this.counters.exchanges++
    for (const [ip, until] of bans) if (this.#newBans.get(ip) === until) this.#newBans.delete(ip)
    for (const [i, count] of counts.entries()) {
      const own = told[i]?.own ?? 0
      count.others = (heard.totals[i] ?? own) - own
    }
    this.#claims.learn(claims, heard.claimed)
    for (const [i, address] of addresses.entries()) {
      const until = heard.banned[i] ?? null
      if (until !== null) this.bans.learn(address, until)
    }
    for (const [i, session] of sessions.entries()) {
      const late = this.#standIns.learn(session, heard.banned[addresses.length + i] ?? null, now)
      for (const { act } of late) act()
    }
    this.#see(heard.mark)
    return true
  }

  /** How far this gateway has come; empty until everything that it counted on the way is reported. */
  #doneNow(): { name: string; until: number; msLeft: number }[] {
    if (!this.#done || this.#dirty.length > 0) return []
    return [{ name: doneName(this.#done.session), until: this.#done.sequence, msLeft: CLAIM_KEPT_MS }]
  }

  /** The store has lost its content: report again the counts of the present windows. */
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
}

function doneName(session: number): string {
  return `through:${session}`
}

function banName(ip: CountedAddress): string {
  return `ban:${ip}`
}
