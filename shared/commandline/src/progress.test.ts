import { expect, test } from 'vitest'
import { durationText, estimateText } from './durations.ts'
import { Progress } from './progress.ts'

/** A progress on a clock that the test moves, and what it has written. */
function watched(isTTY: boolean): { progress: Progress; text: () => string; pass: (seconds: number) => void } {
  let now = 0
  const written: string[] = []
  const stream = { isTTY, columns: 100, write: (text: string) => written.push(text) > 0 }
  const progress = new Progress({ stream, now: () => now })
  return {
    progress,
    text: () =>
      written
        .splice(0)
        .join('')
        .replaceAll(/\d\d:\d\d:\d\d/g, 'TIME'),
    pass: (seconds) => (now += seconds * 1_000),
  }
}

test('lengths of time are said in two units at most', () => {
  expect([0, 45, 59.6, 190, 3_600, 7_500].map((seconds) => durationText(seconds))).toEqual([
    '0 s',
    '45 s',
    '1 min',
    '3 min 10 s',
    '1 h',
    '2 h 5 min',
  ])
  expect([0, 12, 44, 190, 1_000].map((seconds) => estimateText(seconds))).toEqual([
    'about 5 s',
    'about 10 s',
    'about 40 s',
    'about 3 min 10 s',
    'about 17 min',
  ])
})

test('without a terminal a line appears every ten seconds, with an estimate from what was done', () => {
  const { progress, text, pass } = watched(false)
  pass(9)
  progress.part(0.25, '25 of 100 seeds')
  expect(text()).toBe('')
  pass(11)
  progress.part(0.5, '50 of 100 seeds')
  expect(text()).toBe('TIME  50 of 100 seeds, 50 %: 20 s so far, about 20 s left\n')
  pass(5)
  progress.part(0.6, '60 of 100 seeds')
  expect(text()).toBe('')
  progress.end()
})

test('a step says at once what it usually takes, and later that it takes longer', () => {
  const { progress, text, pass } = watched(false)
  progress.step('the recovery', 15)
  expect(text()).toBe('TIME  the recovery (about 15 s left)\n')
  pass(20)
  progress.part(0, 'the recovery')
  expect(text()).toBe('TIME  the recovery, 0 %: 20 s so far\n')
  progress.step('the end')
  expect(text()).toBe('TIME  the end\n')
  progress.end()
})

test('on a terminal one line is rewritten, and gone before other text and at the end', () => {
  const { progress, text, pass } = watched(true)
  pass(10)
  progress.part(0.5, '5 of 10 seeds')
  expect(text()).toBe('\r\u001B[K  ████████████░░░░░░░░░░░░  5 of 10 seeds, 50 %: 10 s so far, about 10 s left')
  progress.write('seed 7 FAILED\n')
  expect(text()).toBe('\r\u001B[Kseed 7 FAILED\n')
  pass(1)
  progress.part(0.6, '6 of 10 seeds')
  expect(text()).toContain('6 of 10 seeds')
  progress.end()
  expect(text()).toBe('\r\u001B[K')
})

test('an estimate is not made of too little', () => {
  const { progress, text, pass } = watched(false)
  pass(10)
  progress.part(0.01, '1 of 100 seeds')
  expect(text()).toBe('TIME  1 of 100 seeds, 1 %: 10 s so far\n')
  progress.end()
})

test('what usually takes less says so, on the clock', async () => {
  const { progress, text, pass } = watched(false)
  progress.step('the recovery', 5)
  text()
  pass(10)
  await expect.poll(text, { timeout: 5_000 }).toBe('TIME  the recovery: 10 s so far, longer than usual\n')
  progress.end()
})
