import { decodeFrame, encodeHello, type Frame, FrameType } from '@uptick/protocol'
import { leaderOf } from '../engine-link/connection.ts'
import { HOLD_MS_DEFAULT } from '@uptick/link'
import type { LinkOptions } from '../engine-link/link-options.ts'
import { PastLostError, type ReadPast } from './feed-memory.ts'
import { type OutcomeSpan, spanThrough } from './outcome-span.ts'

type Options = Pick<LinkOptions, 'urls' | 'instance' | 'dial' | 'timers' | 'holdMs'>

/** How long one attempt may take before another engine is tried. */
const ATTEMPT_MS_MAX = 2000
const PAUSE_MS = 50
/** Bytes of past outcomes that one read may hold in memory. */
const PAST_BYTES_MAX = 64 << 20

/** How one attempt ended: with the spans, or with the URL of the leader if it is known. */
type Attempt = { readonly spans: readonly OutcomeSpan[] } | { readonly leader: string | undefined }

/**
 * Reads past outcomes from the leader. It uses a connection of its own that sends no commands, and finds the leader as
 * the link does. Rejects when no engine answers within the hold, and with `PastLostError` when the outcomes are gone.
 */
export function pastReader(options: Options): ReadPast {
  return async (from, through) => {
    const { timers, urls, holdMs = HOLD_MS_DEFAULT } = options
    const late = { isNow: false }
    const cancel = timers.after(holdMs, () => (late.isNow = true))
    let leader: string | undefined
    try {
      for (let next = 0; !late.isNow;) {
        const url = leader ?? urls[next++ % urls.length]
        if (url === undefined) break
        const attempt = await readFrom(url, from, through, options)
        if ('spans' in attempt) return attempt.spans
        leader = attempt.leader
        // Two engines that each name the other as the leader are not asked without a pause.
        await new Promise<void>((resolve) => timers.after(PAUSE_MS, resolve))
      }
    } finally {
      cancel()
    }
    throw new Error(`no engine has told outcomes ${from} … ${through} in time`)
  }
}

function readFrom(url: string, from: number, through: number, options: Options): Promise<Attempt> {
  const { promise, resolve, reject } = Promise.withResolvers<Attempt>()
  const reading = new Reading(from, through)
  // Session 0: no commands.
  const hello = encodeHello({ instance: options.instance, session: 0, feedFrom: from })
  const socket = options.dial(url, {
    // A dial may open within the call, before the socket is here.
    opened: () => queueMicrotask(() => socket.send(hello)),
    received: (data) => {
      try {
        reading.take(decodeFrame(data))
      } catch (error) {
        reject(error)
      }
      if (reading.end) resolve(reading.end)
    },
    closed: () => resolve({ leader: undefined }),
  })
  const cancel = options.timers.after(ATTEMPT_MS_MAX, () => resolve({ leader: undefined }))
  return promise.finally(() => {
    cancel()
    socket.close()
  })
}

/** The progress of one read. */
class Reading {
  end: Attempt | undefined
  readonly #from: number
  readonly #through: number
  readonly #spans: OutcomeSpan[] = []
  #bytes = 0

  constructor(from: number, through: number) {
    this.#from = from
    this.#through = through
  }

  /** @throws PastLostError */
  take(frame: Frame): void {
    if (this.end) return
    if (frame.type === FrameType.GOODBYE) this.end = { leader: leaderOf(frame.reason) }
    else if (frame.type === FrameType.WELCOME) this.#check(frame.oldest)
    else if (frame.type === FrameType.OUTCOMES) {
      const { words, start, end, first, last } = frame
      this.#add({ words, from: start, to: end, first, last })
    }
  }

  #check(oldest: number): void {
    if (oldest > this.#from) throw new PastLostError(`outcomes before ${oldest} are not kept any more`)
  }

  #add(span: OutcomeSpan): void {
    const next = (this.#spans.at(-1)?.last ?? this.#from - 1) + 1
    if (span.first !== next) throw new PastLostError(`outcome ${next} was left out`)
    this.#spans.push(spanThrough(span, this.#through))
    this.#bytes += (span.to - span.from) * Int32Array.BYTES_PER_ELEMENT
    if (this.#bytes > PAST_BYTES_MAX) throw new PastLostError('too much has happened since')
    if (span.last >= this.#through) this.end = { spans: this.#spans }
  }
}
