import { wordAt } from '@uptick/core'
import { readFloat } from './aligned.ts'
import { FrameType, needWords, openFrame, readCounter, readJson } from './link-frame.ts'
import {
  type BatchesFrame,
  decodeBatches,
  decodeHandOff,
  decodeJoin,
  decodeStanding,
  type HandOffFrame,
  type JoinFrame,
  type StandingFrame,
} from './link-members.ts'
import { COMMANDS_HEADER_WORDS, type Hello, type Seen, TIMED, TIMED_HEADER_WORDS, type Welcome } from './link.ts'
import { checkOutcomes } from './outcome-check.ts'
import {
  type ChallengeFrame,
  decodeChallenge,
  decodeIntroduce,
  decodeProof,
  type IntroduceFrame,
  type ProofFrame,
} from './link-trust.ts'
import { MalformedError } from './protocol-error.ts'
import { checkRecord } from './record-layout.ts'
import { recordSession } from './record-view.ts'

export interface HelloFrame extends Hello {
  readonly type: typeof FrameType.HELLO
  /** Range of link versions that the peer speaks. */
  readonly lowestVersion: number
  readonly highestVersion: number
}

/** Records lie one after another in `words[start … end)`, every one checked and of this session. */
export interface CommandsFrameView {
  readonly type: typeof FrameType.COMMANDS
  readonly session: number
  readonly count: number
  /** Of the engine's monotonic clock, ms: what is not sequenced by then is not executed. `Infinity`: none was given. */
  readonly deadline: number
  readonly words: Int32Array
  readonly start: number
  readonly end: number
}

export interface QueryFrame {
  readonly type: typeof FrameType.QUERY
  readonly id: number
  readonly body: unknown
}

export interface WelcomeFrame extends Welcome {
  readonly type: typeof FrameType.WELCOME
}

/** Outcomes lie one after another in `words[start … end)`, their lengths checked. */
export interface OutcomesFrame {
  readonly type: typeof FrameType.OUTCOMES
  readonly epoch: number
  readonly first: number
  readonly last: number
  readonly words: Int32Array
  readonly start: number
  readonly end: number
}

export interface RepliesFrame {
  readonly type: typeof FrameType.REPLIES
  readonly count: number
  readonly words: Int32Array
  readonly start: number
  readonly end: number
}

export interface AnswerFrame {
  readonly type: typeof FrameType.ANSWER
  readonly id: number
  readonly sequence: number
  readonly body: unknown
}

export interface GoodbyeFrame {
  readonly type: typeof FrameType.GOODBYE
  readonly reason: unknown
}

export type Frame =
  | HelloFrame
  | CommandsFrameView
  | QueryFrame
  | WelcomeFrame
  | OutcomesFrame
  | RepliesFrame
  | AnswerFrame
  | GoodbyeFrame
  | JoinFrame
  | StandingFrame
  | BatchesFrame
  | HandOffFrame
  | IntroduceFrame
  | ChallengeFrame
  | ProofFrame

/**
 * Decode one message of a link. The views in the result lie over `data` where it is aligned, else over one copy: `ws`
 * hands out memory of its own, so they stay valid. Throws MalformedError or UnknownVersionError for any bytes that are
 * not a frame; the receiver then closes the link.
 */
export function decodeFrame(data: Uint8Array): Frame {
  const frame = openFrame(data)
  const type = wordAt(frame, 0) & 0xff
  switch (type) {
    case FrameType.HELLO:
      return decodeHello(frame)
    case FrameType.COMMANDS:
      return decodeCommands(frame)
    case FrameType.QUERY:
      needWords(frame, 6)
      if (frame.length * 4 > QUERY_BYTES_MAX) throw new MalformedError('frame', 'a long query')
      return { type, id: readCounter(frame, 2, 'id'), body: readJson(frame, 6, 4) }
    case FrameType.WELCOME:
      return decodeWelcome(frame)
    case FrameType.OUTCOMES:
      return decodeOutcomes(frame)
    case FrameType.REPLIES:
      return decodeReplies(frame)
    case FrameType.ANSWER: {
      needWords(frame, 8)
      const sequence = readCounter(frame, 4, 'sequence')
      return { type, id: readCounter(frame, 2, 'id'), sequence, body: readJson(frame, 8, 6) }
    }
    case FrameType.GOODBYE:
      needWords(frame, 4)
      return { type, reason: readJson(frame, 4, 2) }
    case FrameType.JOIN:
      return decodeJoin(frame)
    case FrameType.STANDING:
      return decodeStanding(frame)
    case FrameType.BATCHES:
      return decodeBatches(frame)
    case FrameType.HAND_OFF:
      return decodeHandOff(frame)
    case FrameType.INTRODUCE:
      return decodeIntroduce(frame)
    case FrameType.CHALLENGE:
      return decodeChallenge(frame)
    case FrameType.PROOF:
      return decodeProof(frame)
    default:
      throw new MalformedError('frame', `type ${type}`)
  }
}

/** Of the name of a gateway, which is for logs. */
const INSTANCE_LENGTH_MAX = 256
const QUERY_BYTES_MAX = 64 * 1024

function decodeHello(frame: Int32Array): HelloFrame {
  needWords(frame, 10)
  const body = readJson(frame, 10, 8)
  if (typeof body !== 'object' || body === null) throw new MalformedError('frame', 'HELLO says nothing')
  const instance = 'instance' in body ? body.instance : undefined
  if (typeof instance !== 'string' || instance.length > INSTANCE_LENGTH_MAX)
    throw new MalformedError('frame', 'HELLO names no instance')
  return {
    type: FrameType.HELLO,
    instance,
    session: readCounter(frame, 4, 'session'),
    feedFrom: readCounter(frame, 6, 'feedFrom', -1),
    seen: seenIn(body),
    lowestVersion: wordAt(frame, 2),
    highestVersion: wordAt(frame, 3),
  }
}

/** Undefined when nothing is said. */
function seenIn(body: object): Seen | undefined {
  if (!('seen' in body)) return undefined
  const fields: Readonly<Record<string, unknown>> = { ...Object(body.seen) }
  const { sequence, epoch, sum } = fields
  if (!isCounter(sequence) || !isCounter(epoch) || !isCounter(sum))
    throw new MalformedError('frame', 'HELLO has seen nothing')
  return { sequence, epoch, sum }
}

function isCounter(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function decodeWelcome(frame: Int32Array): WelcomeFrame {
  needWords(frame, 12)
  return {
    type: FrameType.WELCOME,
    shard: wordAt(frame, 2),
    windowMax: wordAt(frame, 3),
    epoch: readCounter(frame, 4, 'epoch'),
    durable: readCounter(frame, 6, 'durable'),
    oldest: readCounter(frame, 8, 'oldest'),
    extras: readJson(frame, 12, 10),
  }
}

function decodeCommands(frame: Int32Array): CommandsFrameView {
  needWords(frame, 6)
  const session = readCounter(frame, 2, 'session')
  const count = wordAt(frame, 4)
  const deadline = readDeadline(frame)
  const start = deadline === Number.POSITIVE_INFINITY ? COMMANDS_HEADER_WORDS : TIMED_HEADER_WORDS
  let at = start
  let records = 0
  while (at < frame.length) {
    const length = checkRecord(frame, at)
    if (recordSession(frame, at) !== session) throw new MalformedError('frame', 'a record of another session')
    at += length
    records++
  }
  if (records !== count) throw new MalformedError('frame', `${records} records instead of ${count}`)
  return { type: FrameType.COMMANDS, session, count, deadline, words: frame, start, end: frame.length }
}

/** It may be negative: an engine that has just begun was told of what is past already. */
function readDeadline(frame: Int32Array): number {
  if (frame[5] !== TIMED) return Number.POSITIVE_INFINITY
  needWords(frame, TIMED_HEADER_WORDS)
  const deadline = readFloat(frame, 6)
  if (!Number.isFinite(deadline)) throw new MalformedError('frame', 'deadline is no number')
  return deadline
}

function decodeOutcomes(frame: Int32Array): OutcomesFrame {
  needWords(frame, 8)
  const epoch = readCounter(frame, 2, 'epoch')
  const first = readCounter(frame, 4, 'first')
  const last = readCounter(frame, 6, 'last')
  const count = checkOutcomes(frame, 8, frame.length, first)
  if (count !== last - first + 1) throw new MalformedError('frame', `${count} outcomes from ${first} to ${last}`)
  return { type: FrameType.OUTCOMES, epoch, first, last, words: frame, start: 8, end: frame.length }
}

function decodeReplies(frame: Int32Array): RepliesFrame {
  needWords(frame, 4)
  const count = checkOutcomes(frame, 4, frame.length)
  if (count !== frame[2]) throw new MalformedError('frame', `${count} replies instead of ${frame[2]}`)
  return { type: FrameType.REPLIES, count, words: frame, start: 4, end: frame.length }
}
