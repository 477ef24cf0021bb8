import { wordAt } from '@uptick/core'
import { frameBytes, FrameType, needWords, newFrame } from './link-frame.ts'
import { MalformedError } from './protocol-error.ts'

/*
 * The frames with which both ends of a link prove that they know the same secret, before anything else is said:
 * INTRODUCE and PROOF of the one that dialled, CHALLENGE of the engine between them.
 */

/** What a connection is for. The numbers are on the wire: never reuse one. */
export const LinkRole = {
  /** A gateway's traders: orders, questions and the feed. */
  GATEWAY: 1,
  /** A gateway's operator side: administrative commands, and questions about the shard. */
  OPERATOR: 2,
  /** Another engine of the shard. */
  MEMBER: 3,
} as const
export type LinkRole = (typeof LinkRole)[keyof typeof LinkRole]

export const NONCE_BYTES = 32
export const MAC_BYTES = 32
export const KEY_ID_BYTES = 8
/** Secrets that one end may know: the current one and the one before or after it. */
export const LINK_KEYS_MAX = 2

/** INTRODUCE: the first frame of the end that dialled. */
export interface IntroduceFrame {
  readonly type: typeof FrameType.INTRODUCE
  readonly role: LinkRole
  readonly nonce: Uint8Array
  /** Names of the secrets that it knows, the preferred one first. */
  readonly keyIds: readonly Uint8Array[]
}

/** CHALLENGE: the engine knows one of these secrets, and wants to see that the other end does. */
export interface ChallengeFrame {
  readonly type: typeof FrameType.CHALLENGE
  readonly keyId: Uint8Array
  readonly nonce: Uint8Array
  readonly mac: Uint8Array
}

/** PROOF: the other end does. */
export interface ProofFrame {
  readonly type: typeof FrameType.PROOF
  readonly mac: Uint8Array
}

const NONCE_WORDS = NONCE_BYTES / 4
const MAC_WORDS = MAC_BYTES / 4
const KEY_ID_WORDS = KEY_ID_BYTES / 4
const INTRODUCE_HEADER_WORDS = 4 + NONCE_WORDS
const ROLES: readonly number[] = Object.values(LinkRole)

/** `w2` role · `w3` number of key ids · 32 bytes @4 nonce · 8 bytes each @12 key ids. */
export function encodeIntroduce({ role, nonce, keyIds }: Omit<IntroduceFrame, 'type'>): Buffer<ArrayBuffer> {
  const frame = newFrame(FrameType.INTRODUCE, INTRODUCE_HEADER_WORDS + KEY_ID_WORDS * keyIds.length)
  frame[2] = role
  frame[3] = keyIds.length
  const bytes = frameBytes(frame)
  bytes.set(nonce, 16)
  for (const [index, id] of keyIds.entries()) bytes.set(id, INTRODUCE_HEADER_WORDS * 4 + index * KEY_ID_BYTES)
  return bytes
}

/** 8 bytes @2 key id · 32 bytes @4 nonce · 32 bytes @12 MAC. */
export function encodeChallenge({ keyId, nonce, mac }: Omit<ChallengeFrame, 'type'>): Buffer<ArrayBuffer> {
  const bytes = frameBytes(newFrame(FrameType.CHALLENGE, 4 + NONCE_WORDS + MAC_WORDS))
  bytes.set(keyId, 8)
  bytes.set(nonce, 16)
  bytes.set(mac, 16 + NONCE_BYTES)
  return bytes
}

/** 32 bytes @2 MAC. */
export function encodeProof(mac: Uint8Array): Buffer<ArrayBuffer> {
  const bytes = frameBytes(newFrame(FrameType.PROOF, 2 + MAC_WORDS))
  bytes.set(mac, 8)
  return bytes
}

export function decodeIntroduce(frame: Int32Array): IntroduceFrame {
  needWords(frame, INTRODUCE_HEADER_WORDS)
  const role = wordAt(frame, 2)
  const count = wordAt(frame, 3)
  if (!isRole(role)) throw new MalformedError('frame', `role ${role}`)
  if (count < 0 || count > LINK_KEYS_MAX || frame.length !== INTRODUCE_HEADER_WORDS + count * KEY_ID_WORDS) {
    throw new MalformedError('frame', `${count} names of secrets`)
  }
  const keyIds = Array.from({ length: count }, (_, index) =>
    bytesAt(frame, INTRODUCE_HEADER_WORDS + index * KEY_ID_WORDS, KEY_ID_BYTES),
  )
  return { type: FrameType.INTRODUCE, role, nonce: bytesAt(frame, 4, NONCE_BYTES), keyIds }
}

export function decodeChallenge(frame: Int32Array): ChallengeFrame {
  needWords(frame, 4 + NONCE_WORDS + MAC_WORDS)
  return {
    type: FrameType.CHALLENGE,
    keyId: bytesAt(frame, 2, KEY_ID_BYTES),
    nonce: bytesAt(frame, 4, NONCE_BYTES),
    mac: bytesAt(frame, 4 + NONCE_WORDS, MAC_BYTES),
  }
}

export function decodeProof(frame: Int32Array): ProofFrame {
  needWords(frame, 2 + MAC_WORDS)
  return { type: FrameType.PROOF, mac: bytesAt(frame, 2, MAC_BYTES) }
}

function isRole(role: number): role is LinkRole {
  return ROLES.includes(role)
}

function bytesAt(frame: Int32Array, word: number, length: number): Uint8Array {
  return new Uint8Array(frame.buffer, frame.byteOffset + word * 4, length)
}
