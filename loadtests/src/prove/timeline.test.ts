import { expect, test } from 'vitest'
import { Timeline } from './timeline.ts'

test('notes of several rounds under one name are reported once, over all rounds', () => {
  const timeline = new Timeline()
  const worst = (values: readonly number[]): string => `worst ${Math.max(...values)}`
  timeline.note('waits', [3, 9], worst)
  timeline.note('other', [1], worst)
  timeline.note('waits', [4], worst)
  expect(timeline.notes).toEqual([
    ['waits', 'worst 9'],
    ['other', 'worst 1'],
  ])
})

test('a finding after a scenario belongs to it, also when others follow on another exchange', () => {
  const timeline = new Timeline()
  timeline.begin('first')
  timeline.end()
  const { to } = timeline.stretches[0]!
  const found = timeline.mark('found')
  timeline.begin('second')
  expect(timeline.scenarioAt(found)).toBe('first')
  expect(timeline.scenarioAt(performance.now())).toBe('second')
  // The time between belongs to no epoch.
  expect(timeline.stretches[0]!.to).toBe(to)
})
