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

test('shut, it lets nothing out: neither what it held nor what comes', () => {
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
