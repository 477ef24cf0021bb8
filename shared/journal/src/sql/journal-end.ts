/**
 * The end of the journal of the shard of the row `head`, in one snapshot. The row has the end when the epoch was
 * raised, or a later one; appends that leave the row alone are found by the key of the batches. NULL without a row.
 */
export const JOURNAL_END = `GREATEST(head.last, (
  SELECT last_sequence FROM journal_batch
  WHERE shard = head.shard AND first_sequence > head.last ORDER BY first_sequence DESC LIMIT 1))`
