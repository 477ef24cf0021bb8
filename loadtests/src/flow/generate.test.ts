import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { generateFlow, type FlowShape } from './generate.ts'
import { FLOW_HEADER_BYTES, FLOW_RECORD_BYTES, FlowOp, readFlowHeader, readFlowRecord } from './record.ts'

// SHA-256 of the files that the reference generator of this flow writes for the same shapes.
const published: [FlowShape, string][] = [
  [{ seed: 42, commands: 20_000 }, '50c11a8e967348b5e64df1816a2993d76fefd7614755f66781f713cf71fd094a'],
  [{ seed: 42, commands: 100_000 }, 'd7a8d04269869452ed87a778e738084d1023ef49cf8e94ceea9e1fdd793ecc86'],
  [{ seed: 7, commands: 50_000 }, '9ca8cfc7f62865fcaa19688615f3d9e4df5eae86b04f1b1dd71b2c16a61ec2b8'],
  [{ seed: 4_294_967_295, commands: 30_000 }, 'd35e59586792c09a768727b1358340e885fccca9e7ad70c65febd23a70ad0c57'],
  [
    { seed: 3, commands: 40_000, target: 300, band: 7, addPercent: 45, cancelPercent: 40, users: 9 },
    '03f414d9e3a14376e00a04ecbfba0ec1e2ec8458e68f511cb9ec4d74ea0a44bc',
  ],
]

describe('the generated flow', () => {
  test.each(published)('%j is the published one, byte for byte', (shape, sha256) => {
    expect(createHash('sha256').update(generateFlow(shape)).digest('hex')).toBe(sha256)
  })

  test('seed 42 with 2,000,000 commands comes to the figures that other engines agree on', () => {
    const bytes = generateFlow({ seed: 42, commands: 2_000_000 })
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      'd6b7f87e081634b112f9271b0cfc4817d99f43825ba46ec735e6ef08273d6f4e',
    )
    expect(readFlowHeader(bytes)).toEqual({
      seed: 42,
      commands: 2_000_000,
      filling: 12_000,
      trades: 791_905,
      tradedQuantity: 26_875_876,
      checksum: '20ff89f8ecc3a613',
      liveAtEnd: 10_336,
      peak: 11_456,
    })
  })

  test('a cancel names an order that was placed before it', () => {
    const bytes = generateFlow({ seed: 5, commands: 20_000, target: 100 })
    const placed = new Set<number>()
    const cancelled: boolean[] = []
    for (let at = FLOW_HEADER_BYTES; at < bytes.length; at += FLOW_RECORD_BYTES) {
      const record = readFlowRecord(bytes, at)
      if (record.op === FlowOp.CANCEL) cancelled.push(placed.delete(record.orderId))
      else placed.add(record.orderId)
    }
    expect(cancelled.length).toBeGreaterThan(4_000)
    expect(cancelled).not.toContain(false)
  })
})

describe('a flow that is not one', () => {
  test('is refused with the reason', () => {
    const bytes = generateFlow({ seed: 1, commands: 10 })
    expect(() => readFlowHeader(bytes.subarray(0, 40))).toThrow('OBWL')
    bytes.writeUInt32LE(2, 4)
    expect(() => readFlowHeader(bytes)).toThrow('version 2')
    bytes.writeUInt32LE(1, 4)
    bytes.writeUInt32LE(32, 20)
    expect(() => readFlowHeader(bytes)).toThrow('records of 32 bytes')
    bytes[FLOW_HEADER_BYTES] = 9
    expect(() => readFlowRecord(bytes, FLOW_HEADER_BYTES)).toThrow('op 9')
  })
})
