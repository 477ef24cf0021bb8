import { wordAt } from '@uptick/core'
import { writeFloat } from './aligned.ts'
import {
  FrameType,
  frameBytes,
  LINK_VERSIONS,
  needWords,
  newFrame,
  newJsonFrame,
  readCounter,
  readJson,
} from './link-frame.ts'
import type { ProcessFacts } from './processes.ts'
import { MalformedError } from './protocol-error.ts'

/*
 * Frames between the members of a shard: a standby dials the leader, which feeds it the batches that the journal has.
 */

/** What a member says of itself, so that the leader knows whom it may hand to and which behaviours all know. */
export interface MemberFacts {
  /** Names its process among all that ever were. */
  readonly holder: string
  /** Where gateways reach it. */
  readonly url: string
  readonly behaviours: readonly number[]
  readonly batchVersions: readonly number[]
  /** For operators; a release before says nothing. */
  readonly process?: ProcessFacts | undefined
}

/** JOIN: a standby's first frame, instead of HELLO. */
export interface JoinFrame {
  readonly type: typeof FrameType.JOIN
  readonly lowestVersion: number
  readonly highestVersion: number
  /** Feed the committed batches from the one that holds this sequence, as far back as they are kept. */
  readonly from: number
  readonly member: MemberFacts
}

/** STANDING: how far a standby has come. */
export interface StandingFrame {
  readonly type: typeof FrameType.STANDING
  /** Everything up to here is executed. */
  readonly sequence: number
  /** Caught up, equal and fit: it may be handed the shard. */
  readonly isReady: boolean
}

/** BATCHES: consecutive committed batches. */
export interface BatchesFrame {
  readonly type: typeof FrameType.BATCHES
  /** The leader's epoch. */
  readonly epoch: number
  /** Last durable sequence. */
  readonly durable: number
  /** As in the journal's rows; views over the frame. */
  readonly payloads: readonly Buffer[]
}

/** HAND_OFF: the leader has stopped for good; the journal ends with `last`, and the receiver is to lead. */
export interface HandOffFrame {
  readonly type: typeof FrameType.HAND_OFF
  readonly epoch: number
  readonly last: number
}

/** `w2, w3` lowest and highest version spoken · f64@4 from · w6 bytes · JSON @8. */
export function encodeJoin(from: number, member: MemberFacts): Buffer<ArrayBuffer> {
  const frame = newJsonFrame(FrameType.JOIN, 8, 6, member)
  frame[2] = Math.min(...LINK_VERSIONS)
  frame[3] = Math.max(...LINK_VERSIONS)
  writeFloat(frame, 4, from)
  return frameBytes(frame)
}

/** f64@2 sequence · w4 flags: 1 ready. */
export function encodeStanding(sequence: number, isReady: boolean): Buffer<ArrayBuffer> {
  const frame = newFrame(FrameType.STANDING, 6)
  writeFloat(frame, 2, sequence)
  frame[4] = isReady ? 1 : 0
  return frameBytes(frame)
}

/** f64@2 epoch · f64@4 durable · w6 count · then for each at an even word: w0 bytes, w1 zero, the payload. */
export function encodeBatches(epoch: number, durable: number, payloads: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const words = payloads.reduce((sum, payload) => sum + 2 + payloadWords(payload.byteLength), 8)
  const frame = newFrame(FrameType.BATCHES, words)
  const bytes = frameBytes(frame)
  writeFloat(frame, 2, epoch)
  writeFloat(frame, 4, durable)
  frame[6] = payloads.length
  let at = 8
  for (const payload of payloads) {
    frame[at] = payload.byteLength
    bytes.set(payload, (at + 2) * 4)
    at += 2 + payloadWords(payload.byteLength)
  }
  return bytes
}

/** f64@2 epoch · f64@4 last. */
export function encodeHandOff(epoch: number, last: number): Buffer<ArrayBuffer> {
  const frame = newFrame(FrameType.HAND_OFF, 6)
  writeFloat(frame, 2, epoch)
  writeFloat(frame, 4, last)
  return frameBytes(frame)
}

export function decodeJoin(frame: Int32Array): JoinFrame {
  needWords(frame, 8)
  const member = readJson(frame, 8, 6)
  if (!isMember(member)) throw new MalformedError('frame', 'JOIN does not say who joins')
  return {
    type: FrameType.JOIN,
    lowestVersion: wordAt(frame, 2),
    highestVersion: wordAt(frame, 3),
    from: readCounter(frame, 4, 'from', 1),
    member,
  }
}

export function decodeStanding(frame: Int32Array): StandingFrame {
  needWords(frame, 6)
  return {
    type: FrameType.STANDING,
    sequence: readCounter(frame, 2, 'sequence'),
    isReady: (wordAt(frame, 4) & 1) === 1,
  }
}

export function decodeBatches(frame: Int32Array): BatchesFrame {
  needWords(frame, 8)
  const payloads: Buffer[] = []
  let at = 8
  for (let left = wordAt(frame, 6); left > 0; left--) {
    needWords(frame, at + 2)
    const bytes = wordAt(frame, at)
    if (bytes < 0 || at + 2 + payloadWords(bytes) > frame.length)
      throw new MalformedError('frame', 'a batch is cut short')
    payloads.push(Buffer.from(frame.buffer, frame.byteOffset + (at + 2) * 4, bytes))
    at += 2 + payloadWords(bytes)
  }
  if (at !== frame.length) throw new MalformedError('frame', 'words after the last batch')
  return {
    type: FrameType.BATCHES,
    epoch: readCounter(frame, 2, 'epoch'),
    durable: readCounter(frame, 4, 'durable'),
    payloads,
  }
}

export function decodeHandOff(frame: Int32Array): HandOffFrame {
  needWords(frame, 6)
  return { type: FrameType.HAND_OFF, epoch: readCounter(frame, 2, 'epoch'), last: readCounter(frame, 4, 'last') }
}

/** Words of a payload, rounded up so that the next one is aligned. */
function payloadWords(bytes: number): number {
  return ((bytes + 7) >>> 3) * 2
}

function isMember(value: unknown): value is MemberFacts {
  if (typeof value !== 'object' || value === null) return false
  const facts: Partial<Record<keyof MemberFacts, unknown>> = value
  return (
    typeof facts.holder === 'string' &&
    typeof facts.url === 'string' &&
    isNumbers(facts.behaviours) &&
    isNumbers(facts.batchVersions)
  )
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number')
}
