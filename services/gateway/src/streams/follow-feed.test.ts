import { ExecutionType } from '@uptick/core'
import { describe, expect, test } from 'vitest'
import { ScriptedShard } from '../../testing/scripted-shard.ts'
import { VirtualTime } from '@uptick/runtime/testing'
import { parseStreamName } from './stream-name.ts'
import { followFeed } from './follow-feed.ts'
import { noHistory } from '../market/history-source.ts'

describe('the feed', () => {
  test('reaches the owners of orders before the public', () => {
    const shard = new ScriptedShard()
    const time = new VirtualTime(shard.time)
    const readPast = (): Promise<never> => Promise.reject(new Error('there is no past'))
    const feed = followFeed({ link: shard, history: noHistory, readPast, clock: time, timers: time, log: () => {} })
    const told: string[] = []
    shard.connect()
    const subscriber = (name: string) => ({
      timeUnit: 'MILLISECOND' as const,
      isCongested: false,
      // The first message says where the stream begins.
      deliver: (message: string | Buffer) => void (message.toString().includes('"e"') && told.push(name)),
      restart: () => {},
    })
    feed.streams.resume(parseStreamName('btcusdt@trade')!, subscriber('numbered public'), undefined)
    feed.accounts.resume(1, 0, subscriber('numbered private'), undefined)
    feed.streams.follow(parseStreamName('btcusdt@trade')!, subscriber('public'))
    feed.accounts.follow(1, 0, subscriber('private'))
    shard.outcome((script) => {
      script.trade(0, 100, 5)
      script.execution(ExecutionType.TRADE, { account: 1, symbol: 0, orderId: 1 })
    })
    expect(told).toEqual(['private', 'numbered private', 'public', 'numbered public'])
    feed.close()
  })

  test('is measured from the journaled time of a frame until all have heard of it', () => {
    const shard = new ScriptedShard()
    const time = new VirtualTime(shard.time)
    const readPast = (): Promise<never> => Promise.reject(new Error('there is no past'))
    const delays: number[] = []
    const delayed = (seconds: number): void => void delays.push(seconds)
    const options = { link: shard, history: noHistory, readPast, delayed, clock: time, timers: time, log: () => {} }
    const feed = followFeed(options)
    shard.connect()
    shard.outcome((script) => script.trade(0, 100, 5))
    time.wall += 700_000
    shard.outcome((script) => script.trade(0, 100, 5))
    expect(delays).toEqual([0, 0.7])
    feed.close()
  })
})
