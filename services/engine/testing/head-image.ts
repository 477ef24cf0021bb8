import { JournalGapError, JournalHaltedError, JournalRolledBackError, type Batch } from '@uptick/journal'

/** The head as it was read at some moment. */
export interface HeadImage {
  readonly epoch: number
  /** 0 before the first. */
  readonly claim: number
  readonly last: number
  /** Why no member may lead; empty unless that is so. */
  readonly halted: string
}

/** The newest claim of a process. */
export type Claim = Pick<HeadImage, 'epoch' | 'claim'>

/** Whether another member has taken over since `epoch`. @throws JournalRolledBackError when the claim of it is lost */
export function isSuperseded(head: HeadImage, epoch: number, claimed: Claim): boolean {
  if (head.epoch < epoch) throw new JournalRolledBackError(`the journal is at epoch ${head.epoch}`)
  if (head.epoch > epoch && head.halted !== '') throw new JournalHaltedError(head.halted)
  if (head.epoch > epoch) return true
  const isOurs = claimed.epoch === epoch && claimed.claim === head.claim
  if (!isOurs) throw new JournalRolledBackError(`epoch ${epoch} was given twice`)
  return false
}

/** The same of a batch that is not there. @throws as `isSuperseded`, and when the batch's place is taken */
export function isFenced(head: HeadImage, { epoch, first }: Batch, claimed: Claim): boolean {
  if (isSuperseded(head, epoch, claimed)) return true
  if (head.last >= first) throw new JournalRolledBackError(`${first} was written by another process`)
  return false
}

/** What became of an append that changed no row. */
export function explainRefusal(head: HeadImage, batch: Batch, claimed: Claim, isThere: boolean): 'appended' | 'fenced' {
  if (isThere) return 'appended'
  if (isFenced(head, batch, claimed)) return 'fenced'
  throw new JournalGapError(`the journal ends at ${head.last}`)
}
