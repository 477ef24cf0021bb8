/** A durable outcome in the frame that brought it; the words are never reused, so it may be kept. */
export interface OutcomeView {
  readonly words: Int32Array
  /** Of the outcome's header, in words. */
  readonly offset: number
}

/** Called for each OUTCOMES frame, in order of sequence, without gaps: `first` … `last` lie in words `from` … `to`. */
export type OutcomesListener = (words: Int32Array, from: number, to: number, first: number, last: number) => void

/** The feed goes on at `next` after a gap (or begins there): what was followed must be built anew from `next` − 1. */
export type FeedResetListener = (next: number) => void
