/** What one gateway has counted, for the others. */
export interface ToldCounts {
  /** Own counts; told again, they replace what was told before. `msLeft`: when they may be forgotten. */
  readonly counts: readonly { readonly name: string; readonly own: number; readonly msLeft: number }[]
  /** New bans, and until when in µs; and how far a session's gateway has come, by sequence. */
  readonly bans: readonly { readonly name: string; readonly until: number; readonly msLeft: number }[]
  /** Names of bans that others may have made, and of sessions whose gateways may have come further. */
  readonly asked: readonly string[]
  /** What only the first that claims it does. */
  readonly claims: readonly { readonly name: string; readonly msLeft: number }[]
}

/** What all gateways have counted together. */
export interface HeardCounts {
  /** Another one than before: what was told is gone, and has to be told again. */
  readonly mark: string
  /** Of each count that was told, in the same order. */
  readonly totals: readonly number[]
  /** Of each name that was asked for, what was told last; null for none. */
  readonly banned: readonly (number | null)[]
  /** Of each claim, whether it was the first, now or when it was made before. */
  readonly claimed: readonly boolean[]
}

/** The way to the place where the counts of all gateways come together. */
export interface CountLine {
  /** Whether it is worth telling anything now. */
  readonly isReady: boolean
  start(): void
  /** Resolves with `undefined` when it failed; never rejects, and never takes long. */
  tell(told: ToldCounts): Promise<HeardCounts | undefined>
  close(): void
}
