/** A batch of the journal, and the claim that wrote it; 0 when that is unknown. */
export interface ClaimedBatch {
  readonly epoch: number
  readonly first: number
  readonly claim: number
}

/** I7: the number of an epoch belongs to one claim, even when the database loses rows. */
export function claimViolations(batches: readonly ClaimedBatch[]): string[] {
  const claims = new Map<number, number>()
  return batches.flatMap(({ epoch, first, claim }) => {
    const before = claims.get(epoch) ?? claim
    if (claim !== 0) claims.set(epoch, claim)
    return claim === 0 || before === 0 || before === claim
      ? []
      : [`I7: epoch ${epoch} was written by two claims, the second from ${first} on`]
  })
}
