/** What a gateway says that it has counted; see the gateway's `ToldCounts`. */
export interface CountMessage {
  readonly uptick: 'count'
  readonly id: number
  /** Of the process: what it told before is replaced. */
  readonly life: string
  readonly counts: readonly { readonly name: string; readonly own: number; readonly msLeft: number }[]
  readonly bans: readonly { readonly name: string; readonly until: number; readonly msLeft: number }[]
  readonly asked: readonly string[]
  readonly claims?: readonly { readonly name: string; readonly msLeft: number }[]
}

/** What all of them have counted. */
export interface CountedMessage {
  readonly uptick: 'counted'
  readonly id: number
  readonly mark: string
  readonly totals: readonly number[]
  readonly banned: readonly (number | null)[]
  readonly claimed: readonly boolean[]
}

interface Total {
  /** Of each gateway, those that have ended included: what they counted still counts. */
  readonly parts: Map<string, number>
  /** ms of the clock. */
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

/** Names that are kept; past it the oldest are forgotten, and counted by each gateway alone. */
export const COUNT_NAMES_MAX = 200_000
const SWEEP_MS = 1_000

/**
 * Where the counts of this machine's gateways come together, as in Redis elsewhere: each tells its own, and hears the sum.
 * It lives as long as the supervisor, which no gateway outlives.
 */
export class CountDesk {
  readonly #clock: () => number
  readonly #totals = new Map<string, Total>()
  readonly #bans = new Map<string, Ban>()
  readonly #claims = new Map<string, Claim>()
  #sweepAt = 0

  /** @param clock ms that only grow */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** Names that are kept. */
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

/** The newest goes last, so that the first is the oldest. */
function keep<Kept>(all: Map<string, Kept>, name: string, value: Kept): void {
  all.delete(name)
  all.set(name, value)
  if (all.size <= COUNT_NAMES_MAX) return
  for (const oldest of all.keys()) {
    all.delete(oldest)
    return
  }
}

/** Of what processes say, what is for the desk. */
export function isCountMessage(message: unknown): message is CountMessage {
  return typeof message === 'object' && message !== null && 'uptick' in message && message.uptick === 'count'
}
