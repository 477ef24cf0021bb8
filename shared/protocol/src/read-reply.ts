import {
  type Event,
  EventKind,
  executionIsOwn,
  type Outcome,
  OUTCOME_HEADER_WORDS,
  outcomeAccount,
  outcomeKind,
  outcomeNumber,
  outcomeOriginalSequence,
  outcomeReject,
  outcomeRepeated,
  outcomeSequence,
  outcomeSession,
  outcomeTime,
  outcomeWords,
  readEvent,
  wordAt,
} from '@uptick/core'

/**
 * The outcome at `offset` with those of its events that answer its sender: executions of the orders that the command
 * itself placed, cancelled or amended, and what is rare. What it did to makers, to the book and to balances is left
 * out: that is most of the words, and only the feed's followers want it.
 */
export function readReply(words: Int32Array, offset: number): Outcome {
  const events: Event[] = []
  const end = offset + outcomeWords(words, offset)
  for (let at = offset + OUTCOME_HEADER_WORDS; at < end; at += wordAt(words, at) >>> 8) {
    if (answersTheSender(words, at)) events.push(readEvent(words, at))
  }
  return { ...replyHead(words, offset), events }
}

/** Where the events of a reply lie that answer its sender. */
export function* eachReplyEvent(words: Int32Array, offset: number): Generator<number, void> {
  const end = offset + outcomeWords(words, offset)
  for (let at = offset + OUTCOME_HEADER_WORDS; at < end; at += wordAt(words, at) >>> 8) {
    if (answersTheSender(words, at)) yield at
  }
}

/** A reply without its events. */
export function replyHead(words: Int32Array, offset: number): Omit<Outcome, 'events'> {
  return {
    sequence: outcomeSequence(words, offset),
    time: outcomeTime(words, offset),
    kind: outcomeKind(words, offset),
    reject: outcomeReject(words, offset),
    session: outcomeSession(words, offset),
    number: outcomeNumber(words, offset),
    account: outcomeAccount(words, offset),
    repeated: outcomeRepeated(words, offset),
    originalSequence: outcomeOriginalSequence(words, offset),
  }
}

function answersTheSender(words: Int32Array, at: number): boolean {
  const kind = wordAt(words, at) & 0xff
  if (kind === EventKind.EXECUTION) return executionIsOwn(words, at)
  return kind !== EventKind.TRADE && kind !== EventKind.LEVEL && kind !== EventKind.BALANCE
}
