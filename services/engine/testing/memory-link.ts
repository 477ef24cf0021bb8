import { outcomeNumber, outcomeReject, outcomeRepeated, outcomeWords } from '@uptick/core'
import { decodeFrame, encodeHello, encodeQuery, FrameType, type Frame, type Seen } from '@uptick/protocol'
import type { Engine } from '../src/engine.ts'
import type { LinkHandler } from '../src/link-handler.ts'
import type { LinkSocket } from '../src/seams.ts'

/** A gateway's end of a link in a simulation: keeps every frame that it is sent. */
export class MemoryLink implements LinkSocket {
  readonly peer = 'memory'
  readonly frames: Frame[] = []
  /** The same as bytes. */
  readonly raw: Uint8Array[] = []
  closedWith: { code: number; reason: string } | undefined
  /** What the socket claims to hold back. */
  bufferedBytes = 0
  readonly #engine: Pick<Engine, 'connect' | 'disconnected'>
  readonly #handler: LinkHandler

  constructor(engine: Pick<Engine, 'connect' | 'disconnected'>) {
    this.#engine = engine
    this.#handler = engine.connect(this)
  }

  send(frame: Uint8Array, sent?: () => void): void {
    // The memory of the frame may be used again at once.
    if (!this.closedWith) {
      this.raw.push(frame.slice())
      this.frames.push(decodeFrame(frame.slice()))
    }
    sent?.()
  }

  close(code: number, reason: string): void {
    if (this.closedWith) return
    this.closedWith = { code, reason }
    this.#engine.disconnected(this.#handler)
  }

  /** Bytes from the gateway. */
  give(data: Uint8Array): void {
    this.#handler.received(data)
  }

  hello(session: number, feedFrom = -1, seen?: Seen): void {
    this.give(encodeHello({ instance: 'test', session, feedFrom, seen }))
  }

  ask(id: number, body: unknown): void {
    this.give(encodeQuery(id, body))
  }

  /** The socket has taken everything. */
  drain(): void {
    this.bufferedBytes = 0
    this.#handler.drained()
  }

  of<T extends Frame['type']>(type: T): Extract<Frame, { type: T }>[] {
    return this.frames.filter((frame): frame is Extract<Frame, { type: T }> => frame.type === type)
  }

  /** Sequences of the feed, in the order received. */
  fed(): number[] {
    return this.of(FrameType.OUTCOMES).flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    )
  }

  /** `number reject repeated?` of every outcome received. */
  outcomes(): string[] {
    const lines: string[] = []
    for (const type of [FrameType.OUTCOMES, FrameType.REPLIES] as const) {
      for (const { words, start, end } of this.of(type)) {
        for (let at = start; at < end; at += outcomeWords(words, at)) {
          const repeated = outcomeRepeated(words, at) ? ' repeated' : ''
          lines.push(`${outcomeNumber(words, at)} ${outcomeReject(words, at)}${repeated}`)
        }
      }
    }
    return lines
  }
}
