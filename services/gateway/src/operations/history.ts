/** Closed orders and past trades out of the read model, after it has caught up with what the caller may have seen. */
export interface History {
  /** Resolves when everything up to `sequence` is recorded; throws -1007 past the bound. */
  recorded(sequence: number): Promise<void>
}
