/** A fault of the place that gateways take their flags from. It lasts until the next fault or percentage. */
export interface FlagFault {
  readonly name: string
  readonly strike: () => Promise<void>
}

/** The place that gateways take their flags from, as the proof changes it. */
export interface Rollout {
  /** The flipped flags are on for so many per cent of accounts. */
  set(percent: number): Promise<void>
  readonly faults: readonly FlagFault[]
  /** Everything is as it was before. */
  restore(): Promise<void>
}
