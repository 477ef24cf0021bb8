import type { Command } from '@uptick/core'
import { CommandsFrame } from '@uptick/protocol'

/** Words of one frame before the next is begun: well under the link's frame bound. */
const FRAME_WORDS_MAX = 1 << 18
/**
 * A frame has one deadline, the earliest of its commands. Commands with a later one, by more, go into the next frame.
 */
const SPREAD_MS = 50

/** Puts the commands of a session into frames, in order. Kept and used again. */
export class OutgoingFrames {
  readonly #frame = new CommandsFrame()
  #frames: Buffer[] = []
  #session = 0
  #deadline = Number.POSITIVE_INFINITY

  begin(session: number): void {
    this.#session = session
    this.#frame.begin(session)
  }

  /** `deadline` by the engine's clock, ms; `Infinity` for none. Throws as `encodeCommand`. */
  add(command: Command, deadline: number): void {
    if (this.#frame.count > 0 && !this.#fits(deadline)) this.#cut()
    if (this.#frame.count === 0) {
      this.#deadline = deadline
      this.#frame.begin(this.#session, deadline)
    }
    this.#frame.add(command)
  }

  /** All frames since `begin`. */
  finish(): Buffer[] {
    if (this.#frame.count > 0) this.#cut()
    const frames = this.#frames
    this.#frames = []
    return frames
  }

  #fits(deadline: number): boolean {
    const isLong = this.#frame.words >= FRAME_WORDS_MAX
    return !isLong && deadline >= this.#deadline && deadline <= this.#deadline + SPREAD_MS
  }

  #cut(): void {
    this.#frames.push(this.#frame.finish())
    this.#frame.begin(this.#session)
  }
}
