/** A durable outcome in the frame that brought it; the words are never reused, so it may be kept. */
export interface OutcomeView {
  readonly words: Int32Array
  /** Position of the outcome's header, in words. */
  readonly offset: number
}

/** Called for each OUTCOMES frame, in order of sequence, without gaps: `first` … `last` lie in words `from` … `to`. */
export type OutcomesListener = (words: Int32Array, from: number, to: number, first: number, last: number) => void

/** The feed continues at `next` after a gap, or begins there: rebuild the state as of `next` − 1. */
export type FeedResetListener = (next: number) => void
