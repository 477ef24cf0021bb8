import type { WebSocket } from 'ws'
import type { Outbox } from './outbox.ts'

/**
 * Messages of one connection that are handled in one turn of the event loop, so that other connections get their turn.
 */
export const TURN_MESSAGES_MAX = 16

/** The present turn of the event loop, as a number. */
class Turns {
  #number = 0
  #isCounted = false

  get now(): number {
    if (!this.#isCounted) {
      this.#isCounted = true
      setImmediate(() => {
        this.#isCounted = false
        this.#number++
      })
    }
    return this.#number
  }
}

const turns = new Turns()

/**
 * The incoming side of one WebSocket. One packet may bring thousands of small messages, and `ws` emits them all at
 * once. The inbox handles a few of them in each turn of the event loop, and none while the client does not take its
 * answers. Meanwhile its socket is not read.
 */
export class Inbox {
  readonly #webSocket: WebSocket
  readonly #outbox: Outbox
  readonly #handle: (message: Buffer) => void
  /** Messages of the packet after which the socket was paused. */
  #held: Buffer[] = []
  #isPaused = false
  #turn = -1
  #handled = 0

  constructor(webSocket: WebSocket, outbox: Outbox, handle: (message: Buffer) => void) {
    this.#webSocket = webSocket
    this.#outbox = outbox
    this.#handle = handle
  }

  take(message: Buffer): void {
    if (this.#isPaused) {
      this.#held.push(message)
      return
    }
    const turn = turns.now
    if (turn !== this.#turn) {
      this.#turn = turn
      this.#handled = 0
    }
    this.#handled++
    this.#handle(message)
    if (this.#handled >= TURN_MESSAGES_MAX || this.#outbox.isCongested) this.#pause()
  }

  /** Handle nothing more. */
  close(): void {
    this.#isPaused = true
    this.#held = []
  }

  #pause(): void {
    this.#isPaused = true
    this.#webSocket.pause()
    this.#outbox.whenTaken(() => setImmediate(() => this.#goOn()))
  }

  #goOn(): void {
    if (!this.#outbox.open) return this.close()
    const held = this.#held
    let handled = 0
    for (const message of held) {
      if (handled === TURN_MESSAGES_MAX || !this.#outbox.open || this.#outbox.isCongested) break
      this.#handle(message)
      handled++
    }
    this.#held = held.slice(handled)
    if (this.#held.length > 0 || this.#outbox.isCongested) return this.#pause()
    this.#isPaused = false
    this.#webSocket.resume()
  }
}
