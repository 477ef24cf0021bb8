import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { onlyTyped } from '../testing/only-typed.ts'
import { decodeFrame } from './link-decode.ts'
import { FrameType, frameBytes, newJsonFrame } from './link-frame.ts'
import { encodeBatches, encodeHandOff, encodeJoin, encodeStanding } from './link-members.ts'

const payloads = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 })

test('JOIN, STANDING, BATCHES and HAND_OFF come back as they were, at any alignment', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.boolean(), payloads, fc.nat(7), (a, b, flag, sent, shift) => {
      const shifted = (bytes: Uint8Array): Uint8Array => {
        const pool = new Uint8Array(bytes.length + 8)
        pool.set(bytes, shift)
        return pool.subarray(shift, shift + bytes.length)
      }
      const from = Math.max(1, a)
      const member = { holder: 'ä', url: 'ws://b/link', behaviours: [1, 2], batchVersions: [0, 1] }
      const joined = decodeFrame(shifted(encodeJoin(from, member)))
      expect(joined).toEqual({ type: FrameType.JOIN, lowestVersion: 1, highestVersion: 1, from, member })
      const standing = decodeFrame(shifted(encodeStanding(a, flag)))
      expect(standing).toEqual({ type: FrameType.STANDING, sequence: a, isReady: flag })
      const batches = decodeFrame(shifted(encodeBatches(a, b, sent)))
      if (batches.type !== FrameType.BATCHES) throw new Error('no BATCHES')
      expect([batches.epoch, batches.durable]).toEqual([a, b])
      expect(batches.payloads.map((payload) => [...payload])).toEqual(sent.map((payload) => [...payload]))
      expect(decodeFrame(shifted(encodeHandOff(a, b)))).toEqual({ type: FrameType.HAND_OFF, epoch: a, last: b })
    }),
    { numRuns: 100 },
  )
})

test('damaged frames between members fail with the typed error or read as other values', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), fc.nat(255), (sent, at, value) => {
      const frame = encodeBatches(1, 2, sent)
      frame[at % frame.length] = value
      expect(onlyTyped(() => decodeFrame(frame))).toBe(true)
    }),
    { numRuns: 500 },
  )
  const stranger = newJsonFrame(FrameType.JOIN, 8, 6, { holder: 'a', url: 'b', behaviours: ['x'], batchVersions: [] })
  expect(() => decodeFrame(frameBytes(stranger))).toThrow('JOIN does not say who joins')
})
