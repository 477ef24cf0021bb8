import { expect, test } from 'vitest'
import { AnswerTally } from './answer-tally.ts'
import type { Pod } from './objects.ts'

const pod = (uid: string, phase: string): Pod => ({
  metadata: { name: uid, uid, creationTimestamp: '' },
  spec: { containers: [] },
  status: { phase },
})

test('answers from before the first look do not count, however late that look is', () => {
  const tally = new AnswerTally()
  tally.saw([])
  tally.saw([pod('old', 'Running')])
  tally.count('old', { requests: 1_000, errors: 13 })
  expect(tally.sum()).toEqual({ requests: 0, errors: 0 })
  tally.count('old', { requests: 1_200, errors: 14 })
  expect(tally.sum()).toEqual({ requests: 200, errors: 1 })
})

test('one that was seen to be made counts from its start, and still when it is gone', () => {
  const tally = new AnswerTally()
  tally.saw([pod('old', 'Running'), pod('new', 'Pending')])
  tally.count('old', { requests: 50, errors: 0 })
  tally.saw([pod('old', 'Running'), pod('new', 'Running')])
  tally.count('new', { requests: 30, errors: 2 })
  tally.saw([pod('old', 'Running')])
  tally.count('old', { requests: 60, errors: 0 })
  expect(tally.sum()).toEqual({ requests: 40, errors: 2 })
})
