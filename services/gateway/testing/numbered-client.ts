import { strict as assert } from 'node:assert'
import type { Subscriber } from '../src/streams/subscription.ts'

export interface NumberedMessage {
  readonly first: number
  readonly last: number
  readonly data?: readonly Record<string, unknown>[]
  readonly events?: readonly Record<string, unknown>[]
  readonly error?: string
  readonly snapshot?: Record<string, unknown>
}

/**
 * What a client of numbered streams does and checks: each message begins one after where the one before ended, whichever
 * gateway it comes from. A hole, an overlap or a message that was told twice fails at once.
 */
export class NumberedClient implements Subscriber {
  readonly timeUnit = 'MILLISECOND'
  isCongested = false
  restarts = 0
  /** The last that was told; `undefined` before there was anything. */
  position: number | undefined
  readonly messages: NumberedMessage[] = []
  readonly events: Record<string, unknown>[] = []
  readonly snapshots: NumberedMessage[] = []

  deliver(text: string | Buffer): void {
    const message = JSON.parse(text.toString()) as NumberedMessage
    this.take(message)
  }

  take(message: NumberedMessage): void {
    const { first, last, error } = message
    if (error !== undefined) this.snapshots.push(message)
    else if (this.position !== undefined)
      assert.equal(first, this.position + 1, `a message from ${first} after ${this.position}`)
    assert.ok(last >= first - 1, `a message from ${first} to ${last}`)
    this.position = last
    this.messages.push(message)
    this.events.push(...(message.data ?? message.events ?? []))
  }

  restart(): void {
    this.restarts++
  }
}
