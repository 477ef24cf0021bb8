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
