/** Members look ten times a second and renew three times a lease of 1.5 s; then they ask, and tell, at a distance. */
const HALT_MS_MAX = 2_500

interface Loss {
  readonly at: number
  readonly what: string
  haltedAt: number | undefined
}

/** Rows that were acknowledged and are gone: whoever holds them halts the shard, before anybody trades on without them. */
export class LostRows {
  readonly #losses: Loss[] = []
  #haltedForNothingAt: number | undefined

  /** @param at milliseconds of the run */
  lost(at: number, what: string): void {
    this.#losses.push({ at, what, haltedAt: undefined })
  }

  /** The shard is halted. */
  halted(at: number): void {
    if (this.#losses.length === 0) this.#haltedForNothingAt ??= at
    for (const loss of this.#losses) loss.haltedAt ??= at
  }

  check(): string[] {
    const at = this.#haltedForNothingAt
    const forNothing = at === undefined ? [] : [`I2: halted at ${at.toFixed(0)} ms, and nothing was lost`]
    const unheeded = this.#losses.flatMap((loss) => {
      const { at: lostAt, what, haltedAt } = loss
      if (haltedAt !== undefined && haltedAt - lostAt <= HALT_MS_MAX) return []
      const end = haltedAt === undefined ? 'never' : `${(haltedAt - lostAt).toFixed(0)} ms later`
      return [`I2: acknowledged and gone without a halt: ${what} at ${lostAt.toFixed(0)} ms, halted ${end}`]
    })
    return [...forNothing, ...unheeded]
  }
}
