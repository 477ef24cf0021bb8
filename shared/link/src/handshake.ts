import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  decodeFrame,
  encodeChallenge,
  encodeIntroduce,
  encodeProof,
  FrameType,
  NONCE_BYTES,
  ProtocolError,
  type ChallengeFrame,
  type IntroduceFrame,
  type LinkRole,
  type ProofFrame,
} from '@uptick/protocol'
import type { LinkKey, LinkKeys } from './link-keys.ts'

/*
 * Both ends of a link prove that they know one secret without sending it: HMAC-SHA-256 over the nonces of both, the
 * direction and the role. INTRODUCE (role, nonce, names of secrets) → CHALLENGE (nonce, the engine's proof) → PROOF.
 * The end that dialled sends nothing else before it has checked the engine's proof.
 */

/** Random bytes that are never used again. */
export type Nonce = () => Uint8Array

export const randomNonce: Nonce = () => randomBytes(NONCE_BYTES)

type Speaker = 'engine' | 'peer'

/** Every part has a fixed length, so that different inputs have different bytes. */
function macOf(key: LinkKey, speaker: Speaker, role: LinkRole, peerNonce: Uint8Array, engineNonce: Uint8Array): Buffer {
  return createHmac('sha256', key.secret)
    .update(speaker === 'engine' ? 'uptick link 1: engine' : 'uptick link 1: peer  ')
    .update(Uint8Array.of(role))
    .update(peerNonce)
    .update(engineNonce)
    .digest()
}

/** The end that dialled, for one connection. */
export class Introduction {
  readonly #role: LinkRole
  readonly #keys: readonly LinkKey[]
  readonly #nonce: Uint8Array

  constructor(role: LinkRole, keys: LinkKeys, nonce: Nonce = randomNonce) {
    this.#role = role
    this.#keys = keys()
    this.#nonce = nonce()
  }

  /** The INTRODUCE frame. */
  open(): Buffer {
    return encodeIntroduce({ role: this.#role, nonce: this.#nonce, keyIds: this.#keys.map(({ id }) => id) })
  }

  /**
   * The PROOF frame, when `data` is the CHALLENGE of an engine that knows the secret; else the reason why it is not.
   */
  answer(data: Uint8Array): Buffer | string {
    const challenge = readChallenge(data)
    if (challenge === undefined) return 'the engine does not prove who it is'
    const key = this.#keys.find(({ id }) => id.equals(challenge.keyId))
    if (key === undefined) return 'the engine knows none of our secrets'
    const expected = macOf(key, 'engine', this.#role, this.#nonce, challenge.nonce)
    if (!timingSafeEqual(expected, challenge.mac)) return 'the engine does not know the secret'
    return encodeProof(macOf(key, 'peer', this.#role, this.#nonce, challenge.nonce))
  }
}

function readChallenge(data: Uint8Array): ChallengeFrame | undefined {
  try {
    const frame = decodeFrame(data)
    return frame.type === FrameType.CHALLENGE ? frame : undefined
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return undefined
  }
}

/** The engine's end, for one connection. */
export class Doorkeeper {
  readonly #keys: LinkKeys
  readonly #nonce: Nonce
  #expected: Buffer | undefined
  #role: LinkRole | undefined

  constructor(keys: LinkKeys, nonce: Nonce = randomNonce) {
    this.#keys = keys
    this.#nonce = nonce
  }

  /** The CHALLENGE frame; undefined when both share no secret, or when it was requested before. */
  challenge({ role, nonce, keyIds }: IntroduceFrame): Buffer | undefined {
    const key = this.#keys().find(({ id }) => keyIds.some((known) => id.equals(known)))
    if (key === undefined || this.#role !== undefined) return undefined
    const own = this.#nonce()
    this.#role = role
    this.#expected = macOf(key, 'peer', role, nonce, own)
    return encodeChallenge({ keyId: key.id, nonce: own, mac: macOf(key, 'engine', role, nonce, own) })
  }

  /** The role that the peer has proved; undefined when it has not. One attempt for each connection. */
  admit({ mac }: ProofFrame): LinkRole | undefined {
    const expected = this.#expected
    this.#expected = undefined
    return expected !== undefined && timingSafeEqual(expected, mac) ? this.#role : undefined
  }
}
