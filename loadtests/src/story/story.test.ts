import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Outcome, SampleLog } from '../prove/sample-log.ts'
import type { StoryLine } from './line.ts'
import { readStory } from './read-story.ts'
import { Story } from './story.ts'

const folder = mkdtempSync(join(tmpdir(), 'story-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sent = (clientId: string): StoryLine => ({
  kind: 'sent',
  at: 1_000,
  via: 'kept',
  order: { clientId, account: 3, side: 'BUY', price: '1.00', quantity: '0.10000' },
})
const end = (changes: Partial<Extract<StoryLine, { kind: 'end' }>>): StoryLine => ({
  kind: 'end',
  at: 1_000,
  ms: 5,
  via: 'kept',
  request: 'place',
  end: 'fine',
  ...changes,
})

function storyOf(...lines: StoryLine[]): { story: Story; log: SampleLog } {
  const log = new SampleLog()
  const story = new Story({ log, timeOf: (at) => at - 500 })
  for (const line of lines) story.add(line)
  return { story, log }
}

test('the result of an order is its fate; without a result its fate is unknown', () => {
  const { story } = storyOf(
    ...['a', 'b', 'c', 'd'].map((id) => sent(id)),
    end({ clientId: 'a', orderId: 7 }),
    end({ clientId: 'b', end: 'error', code: -2010, text: '400' }),
    end({ clientId: 'c', end: 'error', code: -1007, text: '504' }),
  )
  story.end()
  expect(['a', 'b', 'c', 'd'].map((id) => story.told.get(id)?.fate)).toEqual([
    { kind: 'acknowledged', orderId: 7 },
    { kind: 'refused', code: -2010 },
    { kind: 'unknown' },
    { kind: 'unknown' },
  ])
  expect(story.sentAt.get('a')).toBe(500)
})

test('a request that is answered past the hold is late, and a failed one is a failure', () => {
  const { log } = storyOf(
    sent('a'),
    end({ clientId: 'a', orderId: 1, ms: 4_001 }),
    end({ request: 'query', end: 'broken', text: 'EOF' }),
    end({ request: 'query', end: 'unsent', text: '' }),
    end({ request: 'cancel', orderId: 4, code: -2011 }),
  )
  expect([0, 1, 2, 3].map((index) => log.outcome(index))).toEqual([
    Outcome.LATE,
    Outcome.BROKEN,
    Outcome.UNSENT,
    Outcome.OK,
  ])
})

test('only an acknowledged cancel counts as one', () => {
  const { story } = storyOf(
    end({ request: 'cancel', orderId: 4, code: -2011 }),
    end({ request: 'cancel', orderId: 5 }),
    end({ request: 'cancel', orderId: 6, end: 'broken' }),
  )
  expect([...story.told.cancelled]).toEqual([5])
})

test('a WebSocket that ended without a closing handshake is recorded', () => {
  const closed = (code: number): StoryLine => ({ kind: 'socket', at: 900, client: 'w', leg: 2, what: 'closed', code })
  const { story } = storyOf(closed(1012), closed(0))
  expect(story.cuts).toEqual([{ at: 400, text: 'connection 2 of w was cut off (0)' }])
})

test('a last line that was cut off is left out, any other that cannot be read is an error', async () => {
  const file = join(folder, 'cut.jsonl')
  writeFileSync(file, `${JSON.stringify(sent('a'))}\n{"kind":"end","a`)
  const { story } = storyOf()
  await readStory(file, story)
  expect(story.told.size).toBe(1)
  writeFileSync(file, `{"kind":"end","a\n${JSON.stringify(sent('b'))}\n`)
  await expect(readStory(file, storyOf().story)).rejects.toThrow('cut.jsonl:1 is not a line of a story')
})

test('a request that the end of the load cuts off has no outcome, unless it was late by then', () => {
  const { story, log } = storyOf(
    sent('a'),
    end({ clientId: 'a', end: 'broken', text: 'context canceled' }),
    end({ request: 'query', end: 'broken', ms: 4_001, text: 'context canceled' }),
  )
  expect([log.length, log.outcome(0)]).toEqual([1, Outcome.BROKEN])
  expect(story.told.get('a')?.fate).toEqual({ kind: 'unknown' })
})
