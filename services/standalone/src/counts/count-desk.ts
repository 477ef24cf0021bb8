/** The counts that a gateway reports; see the gateway's `ToldCounts`. */
export interface CountMessage {
  readonly uptick: 'count'
  readonly id: number
  /** Identifies the process: a report replaces its earlier ones. */
  readonly life: string
  readonly counts: readonly { readonly name: string; readonly own: number; readonly msLeft: number }[]
  readonly bans: readonly { readonly name: string; readonly until: number; readonly msLeft: number }[]
  readonly asked: readonly string[]
  readonly claims?: readonly { readonly name: string; readonly msLeft: number }[]
}

/** The totals of all gateways. */
export interface CountedMessage {
  readonly uptick: 'counted'
  readonly id: number
  readonly mark: string
  readonly totals: readonly number[]
  readonly banned: readonly (number | null)[]
  readonly claimed: readonly boolean[]
}

interface Total {
  /** Counts by gateway, including gateways that have ended: their counts stay valid. */
  readonly parts: Map<string, number>
  /** End of the window, ms of the clock. */
  ends: number
}

interface Claim {
  readonly life: string
  readonly ends: number
}

interface Ban {
  readonly until: number
  readonly ends: number
}

/** Bound on names. Past it the oldest are dropped, and each gateway counts them alone. */
export const COUNT_NAMES_MAX = 200_000
const SWEEP_MS = 1_000

/**
 * Adds up the counts of this machine's gateways, as Redis does elsewhere: each gateway reports its own counts and gets
 * the totals. It lives as long as the supervisor, which outlives every gateway.
 */
export class CountDesk {
  readonly #clock: () => number
  readonly #totals = new Map<string, Total>()
  readonly #bans = new Map<string, Ban>()
  readonly #claims = new Map<string, Claim>()
  #sweepAt = 0

  /** @param clock monotonic, ms */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** Number of names. */
  get size(): number {
    return this.#totals.size + this.#bans.size + this.#claims.size
  }

  heard({ id, life, counts, bans, asked, claims = [] }: CountMessage): CountedMessage {
    const now = this.#clock()
    this.#sweep(now)
    const totals = counts.map(({ name, own, msLeft }) => this.#total(life, name, own, now + msLeft))
    for (const { name, until, msLeft } of bans) keep(this.#bans, name, { until, ends: now + msLeft })
    const banned = asked.map((name) => this.#bans.get(name)?.until ?? null)
    const claimed = claims.map(({ name, msLeft }) => this.#isFirst(name, { life, ends: now + msLeft }))
    return { uptick: 'counted', id, mark: 'supervisor', totals, banned, claimed }
  }

  #total(life: string, name: string, own: number, ends: number): number {
    const total = this.#totals.get(name) ?? { parts: new Map<string, number>(), ends }
    total.parts.set(life, own)
    total.ends = ends
    keep(this.#totals, name, total)
    let sum = 0
    for (const part of total.parts.values()) sum += part
    return sum
  }

  #isFirst(name: string, claim: Claim): boolean {
    const first = this.#claims.get(name)
    if (!first) keep(this.#claims, name, claim)
    return (first ?? claim).life === claim.life
  }

  #sweep(now: number): void {
    if (now < this.#sweepAt) return
    this.#sweepAt = now + SWEEP_MS
    for (const kept of [this.#totals, this.#bans, this.#claims])
      for (const [name, { ends }] of kept) if (ends <= now) kept.delete(name)
  }
}

/** The newest name goes last, so that the first is the oldest. */
function keep<Kept>(all: Map<string, Kept>, name: string, value: Kept): void {
  all.delete(name)
  all.set(name, value)
  if (all.size <= COUNT_NAMES_MAX) return
  for (const oldest of all.keys()) {
    all.delete(oldest)
    return
  }
}

/** Whether a message of a process is a report of counts. */
export function isCountMessage(message: unknown): message is CountMessage {
  return typeof message === 'object' && message !== null && 'uptick' in message && message.uptick === 'count'
}
