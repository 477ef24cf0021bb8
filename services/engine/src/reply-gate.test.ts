import { expect, test } from 'vitest'
import { ReplyGate } from './reply-gate.ts'

test('what shows a durable state leaves at once, the rest when the journal has it, in order', () => {
  const gate = new ReplyGate(5)
  const left: string[] = []
  gate.hold(5, () => left.push('5'))
  gate.hold(7, () => left.push('7'))
  gate.hold(7, () => left.push('7 again'))
  gate.hold(9, () => left.push('9'))
  expect(left).toEqual(['5'])
  gate.advance(6)
  expect(left).toEqual(['5'])
  gate.advance(8)
  expect(left).toEqual(['5', '7', '7 again'])
  expect(gate.heldCount).toBe(1)
  gate.hold(0, () => left.push('shows nothing'))
  gate.advance(9)
  expect(left).toEqual(['5', '7', '7 again', 'shows nothing', '9'])
})

test('the durable sequence never goes back', () => {
  const gate = new ReplyGate(5)
  gate.advance(3)
  expect(gate.durable).toBe(5)
})

test('a shut gate releases nothing, neither held nor new answers', () => {
  const gate = new ReplyGate(0)
  const left: number[] = []
  gate.hold(1, () => left.push(1))
  gate.hold(2, () => {
    left.push(2)
    gate.shut()
  })
  gate.hold(3, () => left.push(3))
  gate.advance(3)
  gate.hold(0, () => left.push(0))
  gate.advance(4)
  expect(left).toEqual([1, 2])
  expect(gate.heldCount).toBe(0)
})

test('without a certain lease it keeps everything, also what shows a durable state, and then lets it out in order', () => {
  let isCertain = false
  const gate = new ReplyGate(5, () => isCertain)
  const left: string[] = []
  gate.hold(5, () => left.push('5'))
  gate.hold(0, () => left.push('shows nothing'))
  gate.hold(6, () => left.push('6'))
  gate.hold(7, () => left.push('7'))
  gate.advance(6)
  gate.resume()
  expect([left, gate.heldCount, gate.durable]).toEqual([[], 4, 6])
  isCertain = true
  gate.resume()
  expect([left, gate.heldCount]).toEqual([['5', 'shows nothing', '6'], 1])
  isCertain = false
  gate.advance(7)
  expect(left).not.toContain('7')
  isCertain = true
  gate.resume()
  expect([left.at(-1), gate.heldCount]).toEqual(['7', 0])
})

test('shut while the lease is uncertain, it has nothing to let out when that is certain again', () => {
  let isCertain = false
  const gate = new ReplyGate(5, () => isCertain)
  const left: number[] = []
  gate.hold(5, () => left.push(5))
  gate.shut()
  isCertain = true
  gate.resume()
  expect([left, gate.heldCount, gate.isShut]).toEqual([[], 0, true])
})

test('of thousands that wait, each leaves once and in order', () => {
  const gate = new ReplyGate(0)
  const left: number[] = []
  for (let sequence = 1; sequence <= 5_000; sequence++) gate.hold(sequence, () => left.push(sequence))
  for (const durable of [1_030, 2_500, 2_501, 5_000]) {
    gate.advance(durable)
    expect([left.length, left.at(-1), gate.heldCount]).toEqual([durable, durable, 5_000 - durable])
  }
  expect(left).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1))
})
