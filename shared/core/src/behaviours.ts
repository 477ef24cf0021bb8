/**
 * Numbered changes of what the core does. A release supports some of them; each takes effect when the journal
 * activates it, so that old commands replay as they were executed. A number is never reused.
 */
export const Behaviour = {
  /** Fees are rounded half to even; before, down. */
  FEE_HALF_EVEN: 1,
  /** A full memory of idempotent retry shortens that of the account that holds most; before, it refuses every order. */
  RETRY_SHARES: 6,
} as const

/** Behaviours that this build can execute. */
export const SUPPORTED_BEHAVIOURS: readonly number[] = Object.values(Behaviour)
