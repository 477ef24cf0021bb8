import { followFeed } from '../src/streams/follow-feed.ts'
import { noHistory } from '../src/market/history-source.ts'
import type { TimeUnit } from '@uptick/protocol'
import { parseStreamName } from '../src/streams/stream-name.ts'
import type { Subscriber } from '../src/streams/subscription.ts'
import { ScriptedShard } from './scripted-shard.ts'
import { VirtualTime } from '@uptick/runtime/testing'

export interface Frame {
  readonly [field: string]: unknown
}

/** A subscriber that keeps what it was sent. */
export class Listener implements Subscriber {
  readonly combined: boolean
  readonly timeUnit: TimeUnit
  readonly isCongested = false
  readonly raw: (Buffer | string)[] = []
  restarts = 0

  constructor(combined = false, timeUnit: TimeUnit = 'MILLISECOND') {
    this.combined = combined
    this.timeUnit = timeUnit
  }

  deliver(message: Buffer | string): void {
    this.raw.push(message)
  }

  restart(): void {
    this.restarts++
  }

  /** What came since the last call. */
  take(): Frame[] {
    return this.raw.splice(0).map((message) => JSON.parse(message.toString()) as Frame)
  }
}

/** Markets of a scripted shard on virtual time, and a hub that publishes their streams. */
export async function listeningHub() {
  const shard = new ScriptedShard()
  const time = new VirtualTime(shard.time)
  const readPast = (): Promise<never> => Promise.reject(new Error('there is no past'))
  const feed = followFeed({ link: shard, history: noHistory, readPast, clock: time, timers: time, log: () => {} })
  const { markets, streams } = feed
  shard.connect()
  for (let i = 0; i < 20; i++) await Promise.resolve()
  const leaves = new Map<Listener, () => void>()
  const subscribe = (name: string, listener = new Listener()): Listener => {
    leaves.set(listener, streams.follow(parseStreamName(name)!, listener))
    return listener
  }
  /** Let 100 ms pass. */
  const tick = (times = 1): void => {
    for (let i = 0; i < times; i++) {
      time.advanceNow(100)
      shard.time += 100_000
      feed.tick(time.now())
    }
  }
  /** The same, with time for the answers of the leader. */
  const pass = async (times = 1): Promise<void> => {
    for (let i = 0; i < times; i++) {
      tick()
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
  }
  tick()
  const unsubscribe = (listener: Listener): void => leaves.get(listener)?.()
  return { shard, time, markets, streams, subscribe, unsubscribe, tick, pass }
}
