import { expect, test } from 'vitest'
import { holdShortcomings, proofRow, shortcomings, strayFindings } from './rows.ts'
import { Outcome, SampleLog } from './sample-log.ts'
import { Timeline } from './timeline.ts'

const scenario = { name: 'roll', planned: true, budgetMs: 250 }

/** Ten seconds of the scenario, a request each 100 ms that takes 5 ms, unless `outcomeAt` says otherwise. */
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

test('the time without a success, and how long a change of leader held anybody', () => {
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

test('what the reconciliation finds belongs to the scenario of its time', () => {
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

test('a finding of a time without a scenario is not passed over, nor is a scenario without load', () => {
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
