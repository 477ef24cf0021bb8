import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { GoldenAudience } from '../../testing/golden-audience.ts'
import { type Hashes, hashesAfter } from '../../testing/golden-hashes.ts'
import { RecordedShard } from '../../testing/recorded-shard.ts'
import { VirtualTime } from '@uptick/runtime/testing'
import { followFeed } from './follow-feed.ts'
import { noHistory } from '../market/history-source.ts'

const SEED = 41
const COMMANDS = 1500
/** The shard is listed and funded by then. */
const OPENING = 40
/** The feed loses a frame this often. */
const GAP_EVERY = 120
const TICK = 100_000
const TICKS_MAX = 25

const settled = async (): Promise<void> => {
  for (let i = 0; i < 40; i++) await Promise.resolve()
}

/** Play the feed of the seed to two gateways and all their subscribers. */
async function play(): Promise<Record<string, string>> {
  const shard = new RecordedShard(SEED, COMMANDS)
  const time = new VirtualTime(shard.commands[OPENING]!.time)
  const readPast = (from: number, through: number) => Promise.resolve(shard.past(from, through))
  const options = { link: shard, history: noHistory, readPast, clock: time, timers: time, log: () => {} }
  const feeds = [followFeed(options), followFeed(options)] as const
  const audience = new GoldenAudience(feeds)
  shard.frame(shard.commands.slice(0, OPENING), false)
  shard.connect()
  await settled()
  const tick = async (): Promise<void> => {
    time.advanceNow(TICK / 1000)
    for (const feed of feeds) feed.tick(time.now())
    await settled()
    shard.answer(time.now())
    await settled()
  }
  for (let at = OPENING, step = 1; at < COMMANDS; step++) {
    const count = 1 + ((step * 7) % 5)
    const commands = shard.commands.slice(at, at + count)
    at += count
    const { time: until } = commands.at(-1)!
    for (let ticks = 0; ticks < TICKS_MAX && until - time.now() > TICK; ticks++) await tick()
    if (until > time.now()) time.advanceNow((until - time.now()) / 1000)
    audience.move()
    await settled()
    const isGap = step % GAP_EVERY === 0
    shard.frame(commands, !isGap)
    if (isGap) shard.reset()
    await settled()
  }
  for (let i = 0; i < TICKS_MAX; i++) await tick()
  for (const feed of feeds) feed.close()
  return audience.results()
}

const golden = new URL('../../testing/golden-feed.json', import.meta.url)

test('the messages that traders get from a recorded feed stay the same, byte for byte', async () => {
  const found = await play()
  const recorded = JSON.parse(await readFile(golden, 'utf8')) as Hashes
  const kept = hashesAfter(process.env['GOLDEN'], recorded, found)
  if (kept !== recorded) await writeFile(golden, `${JSON.stringify(kept, undefined, 2)}\n`)
  expect(found).toEqual(kept)
})

test('a recorded hash changes only on request', () => {
  const recorded = { depth: '1 a', trade: '2 b' }
  const found = { depth: '1 a', depth5: '3 c', trade: '9 z' }
  expect(hashesAfter(undefined, recorded, found)).toBe(recorded)
  expect(hashesAfter('write', recorded, found)).toEqual({ depth: '1 a', depth5: '3 c', trade: '2 b' })
  expect(hashesAfter('overwrite', recorded, found)).toEqual(found)
})
