/** What one gateway reports to the shared store. */
export interface ToldCounts {
  /** Own counts. A later report replaces an earlier one. `msLeft`: when a count may be forgotten. */
  readonly counts: readonly { readonly name: string; readonly own: number; readonly msLeft: number }[]
  /** New bans with their end in µs; also how far the gateway of a session has come, as a sequence. */
  readonly bans: readonly { readonly name: string; readonly until: number; readonly msLeft: number }[]
  /** Names of bans that other gateways may have made, and of sessions whose gateways may have come further. */
  readonly asked: readonly string[]
  /** Claims on work that only the first claimant does. */
  readonly claims: readonly { readonly name: string; readonly msLeft: number }[]
}

/** What all gateways have reported together. */
export interface HeardCounts {
  /** Differs from the mark before when the store has lost its content: then everything has to be reported again. */
  readonly mark: string
  /** The total of each reported count, in the same order. */
  readonly totals: readonly number[]
  /** The last reported value of each name in `asked`; null for none. */
  readonly banned: readonly (number | null)[]
  /** Whether each claim was the first, now or in an earlier exchange. */
  readonly claimed: readonly boolean[]
}

/** The connection to the store where the counts of all gateways come together. */
export interface CountLine {
  /** Whether an exchange is worth trying now. */
  readonly isReady: boolean
  start(): void
  /** Report and read. Resolves with `undefined` when it failed; never rejects, and never takes long. */
  tell(told: ToldCounts): Promise<HeardCounts | undefined>
  close(): void
}
