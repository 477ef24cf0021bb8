import type { ServerResponse } from 'node:http'
import type { ShardWatch } from './shard-watch.ts'
import type { NowEvent, PastEvent } from './view.ts'

/** Streams of one gateway at a time, */
export const STREAMS_MAX = 16
/** and what one of them may leave unread before it is cut, bytes. */
export const STREAM_UNSENT_BYTES_MAX = 1 << 20

/** The viewers of a gateway: server-sent events, one each time that the gateway has looked at the shard. */
export class OverviewStreams {
  readonly #watch: Pick<ShardWatch, 'past' | 'view' | 'leaving'>
  readonly #open = new Map<ServerResponse, () => void>()
  #isEnded = false

  constructor(watch: Pick<ShardWatch, 'past' | 'view' | 'leaving'>) {
    this.#watch = watch
  }

  get count(): number {
    return this.#open.size
  }

  get isFull(): boolean {
    return this.#isEnded || this.#open.size >= STREAMS_MAX
  }

  /** Stream into a response that has sent nothing yet. It ends with the connection, or with `end`. */
  add(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    })
    response.write(event('past', this.#watch.past))
    const leave = this.#watch.view((now) => this.#send(response, event('now', now)))
    this.#open.set(response, leave)
    response.on('close', () => {
      leave()
      this.#open.delete(response)
    })
  }

  /** End all streams, for the viewers to go to another gateway. */
  end(): void {
    this.#isEnded = true
    if (this.#open.size === 0) return
    const last = event('now', this.#watch.leaving)
    for (const [response, leave] of this.#open) {
      leave()
      response.end(last)
    }
  }

  #send(response: ServerResponse, text: string): void {
    if (response.writableLength > STREAM_UNSENT_BYTES_MAX) response.destroy()
    else response.write(text)
  }
}

function event(name: string, data: PastEvent | NowEvent | object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
