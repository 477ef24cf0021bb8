import { followInOrder } from '../src/feed/stage.ts'
import { noHistory } from '../src/market/history-source.ts'
import { Markets } from '../src/market/markets.ts'
import type { TimeUnit } from '../src/operations/operation.ts'
import { StreamHub } from '../src/streams/stream-hub.ts'
import type { HubSubscriber } from '../src/streams/stream-hub.ts'
import { parseStreamName } from '../src/streams/stream-name.ts'
import { ScriptedShard } from './scripted-shard.ts'
import { VirtualTime } from './virtual-time.ts'

export interface Frame {
  readonly [field: string]: unknown
}

/** A subscriber that keeps what it was sent. */
export class Listener implements HubSubscriber {
  readonly combined: boolean
  readonly timeUnit: TimeUnit
  readonly raw: Buffer[] = []
  restarts = 0

  constructor(combined = false, timeUnit: TimeUnit = 'MILLISECOND') {
    this.combined = combined
    this.timeUnit = timeUnit
  }

  deliver(message: Buffer): void {
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
  const markets = new Markets([{ link: shard, history: noHistory, clock: time, timers: time, log: () => {} }])
  const hub = new StreamHub(markets)
  markets.follow(hub)
  followInOrder(shard, markets.shards)
  shard.connect()
  for (let i = 0; i < 20; i++) await Promise.resolve()
  const subscribe = (name: string, listener = new Listener()): Listener => {
    hub.subscribe(parseStreamName(name)!, listener)
    return listener
  }
  /** Let 100 ms pass. */
  const tick = (times = 1): void => {
    for (let i = 0; i < times; i++) {
      time.advance(100)
      shard.time += 100_000
      hub.tick(time.now())
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
  return { shard, time, markets, hub, subscribe, tick, pass }
}
