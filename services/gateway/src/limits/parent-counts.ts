import { randomBytes } from 'node:crypto'
import type { CancelTimer, Timers } from '@uptick/runtime'
import type { ParentChannel } from '../parent-channel.ts'
import type { CountLine, HeardCounts, ToldCounts } from './count-line.ts'

/** An answer that takes longer has failed. No request waits for it. */
const ANSWER_MS_MAX = 250

interface CountedMessage extends HeardCounts {
  readonly uptick: 'counted'
  readonly id: number
}

/** Counts that come together in the parent process, over the channel on which it hands over connections. */
export class ParentCounts implements CountLine {
  readonly #channel: ParentChannel
  readonly #timers: Timers
  readonly #waiting = new Map<number, (heard: HeardCounts | undefined) => void>()
  /** Identifies this run of the gateway: the counts of an earlier run stay valid. */
  readonly #life = randomBytes(9).toString('base64url')
  #nextId = 1
  #closed = false

  constructor(channel: ParentChannel, timers: Timers) {
    this.#channel = channel
    this.#timers = timers
  }

  get isReady(): boolean {
    return !this.#closed
  }

  start(): void {
    this.#channel.on('message', (message) => {
      if (isCounted(message)) this.#waiting.get(message.id)?.(message)
    })
  }

  tell(told: ToldCounts): Promise<HeardCounts | undefined> {
    const id = this.#nextId++
    return new Promise((resolve) => {
      let cancel: CancelTimer = () => {}
      const settle = (heard: HeardCounts | undefined): void => {
        cancel()
        this.#waiting.delete(id)
        resolve(heard)
      }
      this.#waiting.set(id, settle)
      cancel = this.#timers.after(ANSWER_MS_MAX, () => settle(undefined))
      try {
        this.#channel.send?.({ uptick: 'count', id, life: this.#life, ...told })
      } catch {
        // The parent is gone; the guard that it gave this process ends it.
        settle(undefined)
      }
    })
  }

  close(): void {
    this.#closed = true
    for (const settle of this.#waiting.values()) settle(undefined)
  }
}

function isCounted(message: unknown): message is CountedMessage {
  return typeof message === 'object' && message !== null && 'uptick' in message && message.uptick === 'counted'
}
