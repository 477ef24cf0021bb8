import { expect, test } from 'vitest'
import { holdShortcomings, holdsOf, proofRow, quantile, shortcomings, strayFindings } from './rows.ts'
import { Outcome, SampleLog } from './sample-log.ts'
import { Timeline } from './timeline.ts'

const scenario = { name: 'roll', planned: true, budgetMs: 250 }

/** Ten seconds of the scenario, with a request every 100 ms that takes 5 ms, unless `special` says otherwise. */
function played(special: (index: number) => { latency: number; outcome: Outcome } | undefined): {
  log: SampleLog
  timeline: Timeline
} {
  const log = new SampleLog()
  const timeline = new Timeline()
  timeline.stretches.push({ scenario: 'roll', from: 0, to: 10_000 })
  for (let index = 0; index < 100; index++) {
    const { latency, outcome } = special(index) ?? { latency: 5, outcome: Outcome.OK }
    log.add(index * 100, latency, outcome)
  }
  return { log, timeline }
}

test('a run in which everything was answered in time passes', () => {
  const { log, timeline } = played(() => undefined)
  const row = proofRow(scenario, log, timeline, [])
  expect(row).toMatchObject({ requests: 100, failed: 0, late: 0, longest_gap_ms: 100, hold_worst_ms: 0 })
  expect(shortcomings(row)).toEqual([])
})

test.each([
  ['broken', Outcome.BROKEN, { failed: 1, late: 0 }],
  ['refused', Outcome.ERROR, { failed: 1, late: 0 }],
  ['late', Outcome.LATE, { failed: 1, late: 1 }],
  ['unsent', Outcome.UNSENT, { failed: 1, late: 1 }],
])('one request %s is a failure', (_, outcome, counts) => {
  const { log, timeline } = played((index) => (index === 50 ? { latency: 1_200, outcome } : undefined))
  const row = proofRow(scenario, log, timeline, [])
  expect(row).toMatchObject(counts)
  expect(shortcomings(row)).toContain('roll: 1 failed')
})

test('the time without a success, and how long a change of leader held requests', () => {
  const { log, timeline } = played((index) =>
    index >= 40 && index < 44 ? { latency: 400 - (index - 40) * 100 + 5, outcome: Outcome.OK } : undefined,
  )
  timeline.changed('roll', 4_010, 4_300)
  const row = proofRow(scenario, log, timeline, [])
  expect(row).toMatchObject({ longest_gap_ms: 500, hold_p99_ms: 405, hold_worst_ms: 405 })
  expect(shortcomings(row)).toEqual([
    'roll: 500 ms without a success, 250 allowed',
    'roll: hold 405 ms at worst, 250 allowed',
  ])
})

test('a finding of the reconciliation belongs to the scenario of its time', () => {
  const { log, timeline } = played(() => undefined)
  timeline.stretches.push({ scenario: 'other', from: 10_000, to: 20_000 })
  const findings = [
    { kind: 'lost', at: 5, text: '' },
    { kind: 'gap', at: 6, text: '' },
    { kind: 'gap', at: 10_006, text: '' },
  ] as const
  const row = proofRow(scenario, log, timeline, findings)
  expect(row).toMatchObject({ lost: 1, doubled: 0, contradictions: 0, gaps: 1 })
  expect(shortcomings(row)).toEqual(['roll: 1 lost', 'roll: 1 gaps'])
})

test('a finding outside of all scenarios counts, and so does a scenario without load', () => {
  const { timeline } = played(() => undefined)
  timeline.stretches.push({ scenario: 'warm-up', from: 10_000, to: 20_000 })
  const findings = [
    { kind: 'lost', at: 5, text: 'mine' },
    { kind: 'lost', at: 10_005, text: 'stray' },
  ] as const
  const row = proofRow(scenario, new SampleLog(), timeline, [])
  expect(shortcomings(row)).toContain('roll: nothing was sent')
  expect(strayFindings([row], findings, timeline).map(({ text }) => text)).toEqual(['stray'])
})

test('of fifty planned changes of leader the p99 of the hold counts', () => {
  const holds = Array.from({ length: 50 }, () => 40)
  expect(holdShortcomings(holds)).toEqual([])
  expect(holdShortcomings([...holds, 101])).toEqual(['hold 101 ms at p99 of 51 planned changes of leader, 100 allowed'])
  expect(holdShortcomings([101])).toEqual([])
})

test.each(['lost', 'doubled', 'contradictions', 'gaps'] as const)('one %s does not pass, planned or not', (name) => {
  const { log, timeline } = played(() => undefined)
  for (const planned of [true, false]) {
    const row = { ...proofRow({ ...scenario, planned }, log, timeline, []), [name]: 1 }
    expect(shortcomings(row)).toEqual([`roll: 1 ${name}`])
  }
})

test('failures and holds of an unplanned change pass; a gap past the budget does not', () => {
  const { log, timeline } = played((index) =>
    index === 40
      ? { latency: 300, outcome: Outcome.ERROR }
      : index === 41
        ? { latency: 900, outcome: Outcome.OK }
        : undefined,
  )
  timeline.changed('roll', 4_000, 4_400)
  const row = proofRow({ ...scenario, planned: false }, log, timeline, [])
  expect(row).toMatchObject({ failed: 1, hold_worst_ms: 900 })
  expect(shortcomings({ ...row, longest_gap_ms: 250 })).toEqual([])
  expect(shortcomings({ ...row, longest_gap_ms: 250.1 })).toEqual(['roll: 250.1 ms without a success, 250 allowed'])
})

test('a hold at its bound passes, one past it does not', () => {
  const { log, timeline } = played(() => undefined)
  const row = proofRow(scenario, log, timeline, [])
  expect(shortcomings({ ...row, hold_worst_ms: 250 })).toEqual([])
  expect(shortcomings({ ...row, hold_worst_ms: 250.1 })).toEqual(['roll: hold 250.1 ms at worst, 250 allowed'])
  expect(shortcomings({ ...row, hold_worst_ms: 60 }, 50)).toEqual(['roll: hold 60 ms at worst, 50 allowed'])
})

test('time without an answer counts from the start of a stretch and to its end', () => {
  const [log, timeline] = [new SampleLog(), new Timeline()]
  timeline.stretches.push({ scenario: 'roll', from: 0, to: 1_000 }, { scenario: 'other', from: 1_000, to: 2_000 })
  for (const due of [300, 500, 1_900]) log.add(due, 0, Outcome.OK)
  log.add(700, 0, Outcome.BROKEN)
  expect(proofRow(scenario, log, timeline, []).longest_gap_ms).toBe(500)
  expect(proofRow({ ...scenario, name: 'other' }, log, timeline, []).longest_gap_ms).toBe(900)
})

test('when no answer comes any more, the time without a success lasts while requests are sent', () => {
  const { log, timeline } = played((index) => (index < 50 ? undefined : { latency: 5, outcome: Outcome.BROKEN }))
  const row = proofRow({ ...scenario, planned: false }, log, timeline, [])
  expect(row.longest_gap_ms).toBe(5_000)
  expect(shortcomings(row)).toEqual(['roll: 5000 ms without a success, 250 allowed'])
})

test('the hold of a change is that of the requests in flight then', () => {
  const [log, timeline] = [new SampleLog(), new Timeline()]
  // Ended as it began; due as it ended; before it; after it.
  for (const [due, latency] of [
    [0, 100],
    [200, 70],
    [0, 99],
    [201, 500],
  ] as const)
    log.add(due, latency, Outcome.OK)
  timeline.changed('roll', 100, 200)
  expect(holdsOf('roll', log, timeline)).toEqual([100])
  timeline.changed('roll', 101, 200)
  expect(holdsOf('roll', log, timeline)).toEqual([100, 70])
  expect(holdsOf('other', log, timeline)).toEqual([])
})

test('a quantile is the smallest value that so many do not exceed', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([0.5, 0.99, 1].map((part) => quantile(values, part))).toEqual([50, 99, 100])
  expect([quantile([7], 0.01), quantile([], 0.99)]).toEqual([7, 0])
})

test('the p99 of a row is that of the answers of its scenario', () => {
  const { log, timeline } = played((index) => {
    if (index === 98) return { latency: 50, outcome: Outcome.OK }
    return index === 99 ? { latency: 900, outcome: Outcome.BROKEN } : undefined
  })
  timeline.stretches.push({ scenario: 'other', from: 10_000, to: 11_000 })
  log.add(10_500, 800, Outcome.OK)
  expect(proofRow(scenario, log, timeline, []).p99_ms).toBe(50)
})

test('at p99 a hold of exactly what is allowed passes; of 49 none is judged', () => {
  expect(holdShortcomings(Array.from({ length: 50 }, () => 100))).toEqual([])
  expect(holdShortcomings(Array.from({ length: 49 }, () => 200))).toEqual([])
  expect(holdShortcomings(Array.from({ length: 50 }, () => 100.1))).toHaveLength(1)
})
