import { Side } from '@uptick/core'
import { describe, expect, test } from 'vitest'
import { listeningHub } from '../../testing/listening-hub.ts'
import { NumberedClient } from '../../testing/numbered-client.ts'
import { parseStreamName, type StreamKind, type StreamName, STREAMS_OF_ALL, TOPICS } from './stream-name.ts'

/** Every stream that there is. */
const STREAMS: readonly StreamName[] = [
  ...[...STREAMS_OF_ALL].map(([text, stream]) => ({ text, symbol: '', stream })),
  ...[...TOPICS].map(([topic, stream]) => ({ text: `btcusdt@${topic}`, symbol: 'btcusdt', stream })),
]

/**
 * Snapshots of streams of events and changes. The snapshot of a state is the message that a new plain subscriber gets.
 */
const SNAPSHOTS: Partial<Record<StreamKind['kind'], object>> = {
  trade: { trades: [{ e: 'trade', s: 'BTCUSDT', t: 1 }] },
  aggTrade: { trades: [{ e: 'aggTrade', s: 'BTCUSDT', f: 1 }] },
  depth: { lastUpdateId: 60, bids: { length: 30 }, asks: { length: 30 } },
  kline: { candles: expect.arrayContaining([expect.objectContaining({ e: 'kline', s: 'BTCUSDT' })]) },
}

/** A market with a trade and a book that is deeper than any partial one. */
async function build() {
  const hub = await listeningHub()
  const { shard, streams } = hub
  shard.outcome((script) => {
    script.trade(0, 100, 5)
    for (let i = 0; i < 30; i++) {
      script.level(0, Side.BUY, 99 - i, 1)
      script.level(0, Side.SELL, 101 + i, 1)
    }
  })
  const resume = (name: StreamName, client: NumberedClient): (() => void) =>
    streams.resume(name, client, client.position)
  return { ...hub, resume }
}

/** Without the time at which it was made. */
function timeless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, field: unknown) => (['E', 'O', 'C'].includes(key) ? 0 : field)))
}

describe('every stream', () => {
  test.each(STREAMS)('answers an unknown position with a snapshot of its own kind: $text', async (name) => {
    const { shard, subscribe, pass, resume } = await build()
    const client = new NumberedClient()
    client.position = 1_000_000
    resume(name, client)
    await pass(60)
    const plain = subscribe(name.text)
    await pass(20)
    const snapshot = SNAPSHOTS[name.stream.kind] ?? timeless(plain.take().at(-1))
    expect(client.snapshots.map(timeless)).toMatchObject([{ error: 'resume-unknown', snapshot }])
    client.events.length = 0
    shard.outcome((script) => {
      script.trade(0, 102, 5)
      script.level(0, Side.SELL, 101, 7)
    })
    await pass(30)
    expect(client.events.length).toBeGreaterThan(0)
    expect([client.snapshots.length, client.restarts]).toEqual([1, 0])
  })

  const states = STREAMS.filter(({ stream }) => !['trade', 'aggTrade', 'depth'].includes(stream.kind))
  test.each(states)('that sends a state sends it to a client that comes back: $text', async (name) => {
    const { pass, resume } = await build()
    const client = new NumberedClient()
    // The shard is quiet: nothing changes meanwhile.
    const leave = resume(name, client)
    await pass(0)
    leave()
    resume(name, client)
    await pass(30)
    expect(client.events.flat().length).toBeGreaterThan(0)
  })

  test.each(STREAMS)('is found by its name: $text', (name) => {
    expect(parseStreamName(name.text)).toEqual(name)
  })
})
