import { expect, test } from 'vitest'
import type { Proof } from './proof.ts'
import { proofRow, type Finding, type ProofRow } from './rows.ts'
import { Outcome, SampleLog } from './sample-log.ts'
import { Timeline } from './timeline.ts'
import { failuresOf, plannedHolds } from './verdict.ts'

const roll = { name: 'roll', planned: true, budgetMs: 250 }
const kill = { name: 'kill', planned: false, budgetMs: 250 }

/** Two scenarios of a second each, with a request every 100 ms that takes `latency`, and without violations. */
function proofOf(findings: readonly Finding[] = [], latency = 5, change: Partial<ProofRow> = {}): Proof {
  const [log, timeline] = [new SampleLog(), new Timeline()]
  timeline.stretches.push(
    { scenario: 'warm-up', from: -1_000, to: 0 },
    { scenario: 'roll', from: 0, to: 1_000 },
    { scenario: 'kill', from: 1_000, to: 2_000 },
  )
  for (let due = 0; due < 2_000; due += 100) log.add(due, latency, Outcome.OK)
  const rows = [roll, kill].map((scenario) => ({ ...proofRow(scenario, log, timeline, findings), ...change }))
  return { rows, findings, log, timeline, errors: [], facts: [] }
}

test('a proof with nothing wrong has no failure', () => {
  expect(failuresOf(proofOf())).toEqual([])
})

test.each(['lost', 'doubled', 'contradictions', 'gaps'] as const)(
  'one %s, in whatever scenario, is a failure',
  (what) => {
    expect(failuresOf(proofOf([], 5, { [what]: 1 }))).toEqual([`roll: 1 ${what}`, `kill: 1 ${what}`])
  },
)

test.each([
  ['lost', 'lost'],
  ['doubled', 'doubled'],
  ['contradiction', 'contradictions'],
  ['gap', 'gaps'],
] as const)('a %s that was found is counted in the scenario of its time', (kind, name) => {
  expect(failuresOf(proofOf([{ kind, at: 1_500, text: '' }]))).toEqual([`kill: 1 ${name}`])
})

test('a finding before the first scenario belongs to none, and counts as a failure', () => {
  const proof = proofOf([{ kind: 'doubled', at: -500, text: 'twice' }])
  expect(failuresOf(proof)).toEqual(['outside of all scenarios: doubled: twice'])
})

test('a failed request counts only in a planned change', () => {
  expect(failuresOf(proofOf([], 5, { failed: 1 }))).toEqual(['roll: 1 failed'])
})

test('holds count only in planned changes, over all of them', () => {
  const proof = proofOf([], 120)
  for (let change = 0; change < 50; change++) proof.timeline.changed('kill', 1_500, 1_510)
  expect(plannedHolds(proof)).toEqual([])
  expect(failuresOf(proof)).toEqual([])
  for (let change = 0; change < 50; change++) proof.timeline.changed('roll', 500, 510)
  expect(plannedHolds(proof)).toEqual(Array.from({ length: 50 }, () => 120))
  expect(failuresOf(proof)).toEqual(['hold 120 ms at p99 of 50 planned changes of leader, 100 allowed'])
})
