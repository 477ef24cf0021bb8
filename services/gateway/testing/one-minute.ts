const MINUTE_MS = 60_000

/**
 * Carry out steps that count weight by the wall clock: when a minute has ended meanwhile, what they saw means nothing and they
 * are carried out again, as another `round`, for which they take addresses that are new.
 */
export async function inOneMinute(steps: (round: number) => Promise<void>): Promise<void> {
  for (let round = 0; ; round++) {
    const minute = Math.floor(Date.now() / MINUTE_MS)
    const failure = await steps(round).then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    if (minute !== Math.floor(Date.now() / MINUTE_MS)) continue
    if (failure !== undefined) throw failure.error
    return
  }
}
