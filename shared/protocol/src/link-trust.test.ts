import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrame } from './link-decode.ts'
import { FrameType, frameBytes, newFrame } from './link-frame.ts'
import { encodeChallenge, encodeIntroduce, encodeProof, KEY_ID_BYTES, LinkRole } from './link-trust.ts'
import { MalformedError } from './protocol-error.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const role = fc.constantFrom(...Object.values(LinkRole))
const keyIds = fc.array(bytes(KEY_ID_BYTES), { maxLength: 2 })

test('INTRODUCE, CHALLENGE and PROOF come back as they were', () => {
  fc.assert(
    fc.property(role, bytes(32), keyIds, bytes(32), (sentRole, nonce, ids, mac) => {
      const introduced = { role: sentRole, nonce, keyIds: ids }
      expect(decodeFrame(encodeIntroduce(introduced))).toEqual({ type: FrameType.INTRODUCE, ...introduced })
      const challenged = { keyId: nonce.slice(0, KEY_ID_BYTES), nonce, mac }
      expect(decodeFrame(encodeChallenge(challenged))).toEqual({ type: FrameType.CHALLENGE, ...challenged })
      expect(decodeFrame(encodeProof(mac))).toEqual({ type: FrameType.PROOF, mac })
    }),
  )
})

test('a role that there is not, more names than allowed and every cut are refused with the typed error', () => {
  const whole = encodeIntroduce({ role: LinkRole.GATEWAY, nonce: new Uint8Array(32), keyIds: [new Uint8Array(8)] })
  for (const [word, value] of [
    [2, 0],
    [2, 4],
    [3, -1],
    [3, 2],
    [3, 1 << 30],
  ] as const) {
    const changed = Buffer.from(whole)
    changed.writeInt32LE(value, word * 4)
    expect(() => decodeFrame(changed)).toThrow(MalformedError)
  }
  for (const type of [FrameType.INTRODUCE, FrameType.CHALLENGE, FrameType.PROOF]) {
    for (let words = 2; words < 10; words += 2)
      expect(() => decodeFrame(frameBytes(newFrame(type, words)))).toThrow(MalformedError)
  }
  expect(() => decodeFrame(whole)).not.toThrow()
})
