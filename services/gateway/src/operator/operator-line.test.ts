import { expect, test } from 'vitest'
import { FakeEngine } from '../../testing/fake-engine.ts'
import { addAccount, settled, watch } from '../../testing/linked-engine.ts'
import { VirtualTime } from '@uptick/runtime/testing'
import type { OutcomesListener } from '../engine-link/outcome-view.ts'
import { OperatorLine } from './operator-line.ts'

const IDLE_MS_MAX = 10_000

/** A line, and a traders' link whose feed is at the sequence that the test gives. */
function setUp(sequence = Number.MAX_SAFE_INTEGER) {
  const engine = new FakeEngine()
  const time = new VirtualTime()
  let listener: OutcomesListener = () => undefined
  const traders = {
    sequence,
    onOutcomes: (told: OutcomesListener) => void (listener = told),
    onFeedReset: () => undefined,
    comesTo: (last: number) => {
      traders.sequence = last
      listener(new Int32Array(), 0, 0, last, last)
    },
  }
  const options = {
    urls: ['ws://one'],
    instance: 'test',
    dial: engine.dial,
    clock: time,
    timers: time,
    random: () => 0.5,
  }
  return { engine, time, traders, line: new OperatorLine({ ...options, log: () => undefined }, traders) }
}

test('is dialled when needed, closed when idle, and dialled again in the same session', async () => {
  const { engine, time, line } = setUp()
  expect(engine.dialled).toHaveLength(0)
  const ask = async (): Promise<void> => {
    const answer = line.query({ kind: 'totals' })
    time.advanceNow(100)
    await answer
  }
  const first = line.submit(addAccount)
  engine.open()
  time.advanceNow(100)
  await first
  await ask()
  expect(engine.hellos).toMatchObject([{ feedFrom: -1 }])
  time.advanceNow(IDLE_MS_MAX - 1_000)
  await ask()
  time.advanceNow(IDLE_MS_MAX - 1_000)
  expect(engine.dialled).toHaveLength(1)
  time.advanceNow(2_000)
  const second = line.submit(addAccount)
  expect(engine.dialled).toHaveLength(2)
  engine.open()
  time.advanceNow(100)
  await second
  expect(new Set(engine.hellos.map(({ session }) => session)).size).toBe(1)
  line.close()
})

test('a command is done when the traders of this gateway see it, or when the hold is over', async () => {
  const { engine, time, traders, line } = setUp(0)
  const seen = watch(line.submit(addAccount))
  engine.open()
  time.advanceNow(100)
  await settled()
  expect(seen.state).toBe('pending')
  traders.comesTo(engine.exchange.sequence)
  await settled()
  expect(seen.state).toBe('done')
  const unseen = watch(line.submit(addAccount))
  time.advanceNow(5_000)
  await settled()
  expect(unseen.state).toBe('done')
  line.close()
})

test('a command that no engine takes is refused after the hold, and never executed', async () => {
  const { engine, time, line } = setUp()
  engine.accepts = false
  const refused = watch(line.submit(addAccount))
  time.advanceNow(4_100)
  await settled()
  expect(refused.state).toBe('-1008/503')
  expect(engine.arrived).toEqual([])
  line.close()
})
