import { expect, test } from 'vitest'
import { Timeline } from './timeline.ts'

test('what several rounds note under one name is reported once, of all of them', () => {
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

test('what is found when a scenario is over belongs to it, also when others follow on another exchange', () => {
  const timeline = new Timeline()
  timeline.begin('first')
  timeline.end()
  const { to } = timeline.stretches[0]!
  const found = timeline.mark('found')
  timeline.begin('second')
  expect(timeline.scenarioAt(found)).toBe('first')
  expect(timeline.scenarioAt(performance.now())).toBe('second')
  // The time in between belongs to no epoch.
  expect(timeline.stretches[0]!.to).toBe(to)
})
