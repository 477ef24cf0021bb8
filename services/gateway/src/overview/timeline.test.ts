import { expect, test } from 'vitest'
import { ABSENT_MS, MARKS_MAX, PAST_MS_MAX, SPANS_MAX, Timeline } from './timeline.ts'
import type { ProcessView } from './view.ts'

const process = (id: string, state: string, seenAt: number, release = '1'): ProcessView => ({
  id,
  name: id.replace(/-.$/, ''),
  kind: id.startsWith('gateway') ? 'gateway' : 'engine',
  state,
  release,
  isReady: true,
  unmet: [],
  seenAt,
})
const never = (): boolean => false
const spansOf = (timeline: Timeline) =>
  timeline.past.spans.map(({ process: id, state, release, from, to }) => [id, state, release, from, to])

test('a process is in one span until its state or its release changes', () => {
  const timeline = new Timeline(0)
  timeline.saw(100, [process('engine-a', 'starting', 100)], never)
  timeline.saw(200, [process('engine-a', 'starting', 200)], never)
  timeline.saw(300, [process('engine-a', 'standby', 300)], never)
  timeline.saw(400, [process('engine-a', 'standby', 400, '2')], never)
  expect(spansOf(timeline)).toEqual([
    ['engine-a', 'starting', '1', 100, 300],
    ['engine-a', 'standby', '1', 300, 400],
    ['engine-a', 'standby', '2', 400, null],
  ])
})

test('a process that is not seen any more ends when it was seen last, after a while', () => {
  const timeline = new Timeline(0)
  timeline.saw(100, [process('engine-a', 'standby', 100)], never)
  timeline.saw(100 + ABSENT_MS, [], never)
  expect(timeline.processes).toHaveLength(1)
  timeline.saw(101 + ABSENT_MS, [], never)
  expect(timeline.processes).toEqual([])
  expect(spansOf(timeline)).toEqual([['engine-a', 'standby', '1', 100, 100]])
})

test('an address has one process: another one there ends the one before', () => {
  const timeline = new Timeline(0)
  const at = (id: string, seenAt: number): ProcessView => ({
    ...process(id, 'leading', seenAt),
    url: 'ws://engine/link',
  })
  timeline.saw(100, [at('engine-a', 100)], never)
  timeline.saw(200, [at('engine-b', 200)], never)
  expect(timeline.processes.map(({ id }) => id)).toEqual(['engine-b'])
  expect(timeline.past.spans.map(({ to }) => to)).toEqual([100, null])
})

test('what cannot be known does not end', () => {
  const timeline = new Timeline(0)
  timeline.saw(100, [process('gateway-a', 'serving', 100), process('engine-a', 'leading', 100)], never)
  timeline.saw(100_000, [], ({ kind }) => kind === 'gateway')
  expect(timeline.processes).toMatchObject([{ id: 'gateway-a', seenAt: 100 }])
})

test('something that goes on is one mark, which ends once', () => {
  const timeline = new Timeline(0)
  timeline.began('leader', 100, 'no engine leads')
  timeline.began('leader', 150, 'no engine leads')
  expect(timeline.since('leader')).toBe(100)
  timeline.ended('leader', 230, 'epoch 2: engine-b leads')
  timeline.ended('leader', 300, 'again')
  expect(timeline.past.marks).toMatchObject([{ kind: 'leader', from: 100, to: 230, text: 'epoch 2: engine-b leads' }])
  expect(timeline.since('leader')).toBeUndefined()
})

test('changes are taken once, and a span that ends has changed', () => {
  const timeline = new Timeline(0)
  timeline.saw(100, [process('engine-a', 'standby', 100)], never)
  expect(timeline.takeChanges().spans).toMatchObject([{ state: 'standby', to: null }])
  timeline.saw(200, [process('engine-a', 'standby', 200)], never)
  expect(timeline.takeChanges()).toEqual({ spans: [], marks: [] })
  timeline.saw(300, [process('engine-a', 'leading', 300)], never)
  expect(timeline.takeChanges().spans).toMatchObject([
    { state: 'standby', to: 300 },
    { state: 'leading', to: null },
  ])
})

test('it keeps half an hour, says where it begins, and never more than its bounds', () => {
  const timeline = new Timeline(0)
  timeline.saw(100, [process('engine-a', 'starting', 100)], never)
  timeline.saw(200, [process('engine-a', 'standby', 200)], never)
  timeline.happened('hold', 150, 200, 'held')
  expect(timeline.past.begin).toBe(0)
  timeline.saw(1_000 + PAST_MS_MAX, [process('engine-a', 'standby', 1_000 + PAST_MS_MAX)], never)
  expect(timeline.past).toMatchObject({ begin: 1_000, spans: [{ state: 'standby', to: null }], marks: [] })
  for (let at = 0; at < SPANS_MAX + 10; at++) {
    const now = 2_000 + PAST_MS_MAX + at
    timeline.saw(now, [process('engine-a', `state-${at}`, now)], never)
    timeline.happened('hold', now, now, 'held')
  }
  const { begin, spans, marks } = timeline.past
  expect([spans.length, marks.length]).toEqual([SPANS_MAX, MARKS_MAX])
  expect(begin).toBe(spans[0]?.from)
})
