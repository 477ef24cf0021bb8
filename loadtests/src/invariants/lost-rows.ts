/** Members look ten times a second and renew three times per lease of 1.5 s. Then they ask and report, with a delay. */
const HALT_MS_MAX = 2_500

/** What a journal has lost. */
export interface LostRow {
  readonly first: number
  readonly last: number
}

interface Loss<Row extends LostRow> {
  readonly at: number
  readonly what: string
  readonly rows: readonly Row[]
  haltedAt: number | undefined
  isOver: boolean
}

/**
 * Acknowledged rows are lost. A member that holds them halts the shard before trading continues without them. And the
 * shard is not halted without a loss.
 */
export class LostRows<Row extends LostRow = LostRow> {
  readonly #losses: Loss<Row>[] = []
  readonly #falseAlarms: string[] = []

  get count(): number {
    return this.#losses.length
  }

  /** Some rows are neither restored nor given up. */
  get isOpen(): boolean {
    return this.#losses.some(({ isOver, rows, haltedAt }) => !isOver && (rows.length > 0 || haltedAt !== undefined))
  }

  /** Every open loss was reported. */
  get isDecided(): boolean {
    return (
      this.isOpen &&
      this.#losses.every(({ isOver, rows, haltedAt }) => isOver || rows.length === 0 || haltedAt !== undefined)
    )
  }

  /** Rows that are neither restored nor given up. */
  get pending(): readonly Row[] {
    return this.#losses.flatMap(({ rows, isOver }) => (isOver ? [] : rows))
  }

  /** Without rows it is only a claim, which a member may or may not know of. @param at milliseconds of the run */
  lost(at: number, what: string, rows: readonly Row[]): void {
    this.#losses.push({ at, what, rows, haltedAt: undefined, isOver: false })
  }

  /** The shard is halted; `reason` names the member and what it found. */
  halted(at: number, reason: string): void {
    const open = this.#losses.filter(({ isOver }) => !isOver)
    if (open.length === 0) this.#falseAlarms.push(`I2: halted at ${at.toFixed(0)} ms, and nothing was lost: ${reason}`)
    for (const loss of open) loss.haltedAt ??= at
  }

  /** The rows were restored or given up. */
  over(): void {
    for (const loss of this.#losses) loss.isOver = true
  }

  /** Whether a member is about to notice a loss. */
  isHaltDue(now: number): boolean {
    return this.#losses.some(
      ({ at, rows, haltedAt }) => rows.length > 0 && haltedAt === undefined && now - at <= HALT_MS_MAX,
    )
  }

  check(): string[] {
    const missed = this.#losses.flatMap(({ at, what, rows, haltedAt }) => {
      if (rows.length === 0) return []
      if (haltedAt !== undefined && haltedAt - at <= HALT_MS_MAX) return []
      const end = haltedAt === undefined ? 'never' : `${(haltedAt - at).toFixed(0)} ms later`
      return [`I2: acknowledged and gone without a halt: ${what} at ${at.toFixed(0)} ms, halted ${end}`]
    })
    return [...missed, ...this.#falseAlarms]
  }
}
