import { expect, test } from 'vitest'
import { View } from './view.ts'

const pulse = { requests: 10, errors: 0, leader: 'engine-0' } as unknown as Parameters<View['show']>[0]

/** A view on a clock that the test moves, and what it has written. */
function watched(isTTY: boolean): { view: View; text: () => string; pass: (seconds: number) => void } {
  let now = 0
  const written: string[] = []
  const out = { isTTY, write: (text: string) => written.push(text) > 0 }
  const view = new View({ workloads: [], pods: [] }, out, () => now)
  return { view, text: () => written.splice(0).join(''), pass: (seconds) => (now += seconds * 1_000) }
}

test('without a terminal something is said every ten seconds, with an estimate', () => {
  const { view, text, pass } = watched(false)
  view.expect(3)
  view.say('engine: rolls')
  expect(text()).toBe('   0.0 s  engine: rolls\n')
  pass(9)
  view.show(pulse)
  expect(text()).toBe('')
  pass(1)
  view.show(pulse)
  expect(text()).toBe('  10.0 s  it goes on, part 1 of 3, about 1 min 50 s left\n')
  // From now on it is estimated from what the first part took.
  pass(10)
  view.rolled()
  view.show(pulse)
  expect(text()).toBe('  20.0 s  it goes on, part 2 of 3, about 40 s left\n')
  pass(50)
  view.show(pulse)
  expect(text()).toBe('  70.0 s  it goes on, part 2 of 3, 1 min 10 s so far\n')
})

test('a migration that takes long says so, and a terminal shows what is left in its picture', () => {
  const lines = watched(false)
  lines.pass(10)
  lines.view.waits('migration-1: under way')
  expect(lines.text()).toBe('  10.0 s  migration-1: under way\n')
  const terminal = watched(true)
  terminal.view.expect(2)
  terminal.view.show(pulse)
  expect(terminal.text()).toContain('part 1 of 2, about 1 min 20 s left')
})
