import { wordAt } from '@uptick/core'
import { alignedWords, readFloat } from './aligned.ts'
import { JsonBoundsError, LINK_JSON, parseBoundedJson } from './bounded-json.ts'
import { MalformedError, UnknownVersionError } from './protocol-error.ts'

/*
 * The link between a gateway and the engine of a shard, and between the engines of a shard: WebSocket binary messages, one frame each, little-endian
 * words. Every frame starts with
 *
 *   w0  type | version << 8        w1  words of the frame
 *
 * HELLO names the range of versions that the gateway speaks, WELCOME is written in the one that the engine chose.
 */
export const LINK_VERSION = 1
export const LINK_VERSIONS: readonly number[] = [LINK_VERSION]
/** A frame beyond it is refused before it is looked at; give it to `ws` as `maxPayload` too. */
export const FRAME_BYTES_MAX = 32 * 1024 * 1024

export const FrameType = {
  HELLO: 1,
  COMMANDS: 2,
  QUERY: 3,
  JOIN: 4,
  STANDING: 5,
  INTRODUCE: 6,
  PROOF: 7,
  WELCOME: 11,
  OUTCOMES: 12,
  REPLIES: 13,
  ANSWER: 14,
  GOODBYE: 15,
  BATCHES: 16,
  HAND_OFF: 17,
  CHALLENGE: 18,
} as const
export type FrameType = (typeof FrameType)[keyof typeof FrameType]

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A zeroed frame of `words` (rounded up to even) with its header. */
export function newFrame(type: FrameType, words: number): Int32Array<ArrayBuffer> {
  const length = (words + 1) & ~1
  if (length * 4 > FRAME_BYTES_MAX) throw new RangeError(`a frame of ${length * 4} bytes`)
  const frame = new Int32Array(length)
  frame[0] = type | (LINK_VERSION << 8)
  frame[1] = length
  return frame
}

/** A frame with `header` words followed by the JSON of `body`, whose byte length goes into word `lengthAt`. */
export function newJsonFrame(
  type: FrameType,
  header: number,
  lengthAt: number,
  body: unknown,
): Int32Array<ArrayBuffer> {
  const bytes = encoder.encode(JSON.stringify(body) ?? 'null')
  const frame = newFrame(type, header + ((bytes.length + 3) >> 2))
  frame[lengthAt] = bytes.length
  new Uint8Array(frame.buffer).set(bytes, header * 4)
  return frame
}

/** The frame as the bytes to send. */
export function frameBytes(frame: Int32Array<ArrayBuffer>): Buffer<ArrayBuffer> {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
}

/** Check the header and return the frame as words; throws MalformedError or UnknownVersionError. */
export function openFrame(data: Uint8Array): Int32Array {
  if (data.byteLength > FRAME_BYTES_MAX) throw new MalformedError('frame', `${data.byteLength} bytes`)
  if (data.byteLength < 8 || (data.byteLength & 7) !== 0) throw new MalformedError('frame', 'cut short')
  const words = alignedWords(data)
  const version = (wordAt(words, 0) >>> 8) & 0xff
  if (version !== LINK_VERSION) throw new UnknownVersionError('link', version, LINK_VERSIONS)
  if (wordAt(words, 0) >>> 16 !== 0) throw new MalformedError('frame', 'header')
  if (words[1] !== words.length) throw new MalformedError('frame', 'length differs')
  return words
}

/** Assert that the frame has at least `words` words. */
export function needWords(frame: Int32Array, words: number): void {
  if (frame.length < words) throw new MalformedError('frame', 'cut short')
}

/** The safe integer, at least `least`, at float64 position `at`. */
export function readCounter(frame: Int32Array, at: number, name: string, least = 0): number {
  const value = readFloat(frame, at)
  if (!Number.isSafeInteger(value) || value < least) throw new MalformedError('frame', `${name} is not a counter`)
  return value
}

/** The JSON that follows `header` words, its byte length in word `lengthAt`. */
export function readJson(frame: Int32Array, header: number, lengthAt: number): unknown {
  const length = wordAt(frame, lengthAt)
  if (length < 0 || header + ((length + 3) >> 2) > frame.length) throw new MalformedError('frame', 'JSON is cut short')
  try {
    const text = decoder.decode(new Uint8Array(frame.buffer, frame.byteOffset + header * 4, length))
    return parseBoundedJson(text, LINK_JSON)
  } catch (error) {
    throw new MalformedError('frame', error instanceof JsonBoundsError ? error.message : 'not JSON')
  }
}
