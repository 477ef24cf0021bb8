import { type CommandKind, outcomeKind, outcomeReject, outcomeRepeated, Reject, wordAt } from '@uptick/core'

/**
 * The kind of a command that came after its deadline. No build executes it, neither this one nor those before: the core
 * refuses it with UNKNOWN_COMMAND and changes nothing. So deadlines need no behaviour, and hold in the middle of a roll.
 */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no command's kind, on purpose
const LATE_KIND = 9 as CommandKind

/**
 * Turn the record at `offset` into one that is not executed. It still takes its number in the session, and its fields stay
 * for a person who looks into the journal.
 */
export function makeLate(words: Int32Array, offset: number): void {
  words[offset] = (wordAt(words, offset) & ~0xff) | LATE_KIND
}

/**
 * Whether the outcome at `offset` is that of a command that came too late. One that is repeated has the kind of the command
 * that asked for it.
 */
export function isLate(words: Int32Array, offset: number): boolean {
  if (outcomeReject(words, offset) !== Reject.UNKNOWN_COMMAND) return false
  return outcomeKind(words, offset) === LATE_KIND || outcomeRepeated(words, offset)
}
