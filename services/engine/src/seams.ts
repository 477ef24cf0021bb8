import type { Exchange } from '@uptick/core'
import type { Dial, DialledSocket, SocketEvents } from '@uptick/link'

/*
 * What the engine gets from its surroundings. Its classes read no clock, set no timer and open no socket of their own,
 * so that a simulation can hand in its own and run the same code from a seed.
 */

/** One connection of a gateway, as the engine sees it: whole binary messages. */
export interface LinkSocket {
  /** For logs. */
  readonly peer: string
  /**
   * Queue one message. `sent` is called once the message has left, or never will: in the order of sending, once each.
   * Until then the message's memory must not be written to; after that it may be used again.
   */
  send(frame: Uint8Array, sent?: () => void): void
  /** Close with a WebSocket code. */
  close(code: number, reason: string): void
  /** Bytes handed to `send` that the kernel has not taken yet. */
  readonly bufferedBytes: number
}

/** Where the engine puts evidence for an operator. */
export interface Evidence {
  /** Keep `bytes`, in one piece or several, and `facts` under `name`; returns where they are. Must not throw. */
  keep(name: string, bytes: Uint8Array | readonly Uint8Array[], facts: Readonly<Record<string, unknown>>): string
  /** The bytes that were kept under `name`, by this process or one before it; undefined when there are none. */
  find(name: string): Uint8Array | undefined
  /** What was kept under `name` is not needed any more. Must not throw. */
  discard(name: string): void
}

/** One connection to another engine, seen from the end that dialled: whole binary messages. */
export type MemberSocket = DialledSocket

export type MemberSocketEvents = SocketEvents

/** Dials the engine at a URL; the events come later, never from within. */
export type DialMember = Dial

/** The progress of the read model, for dropping what it can answer instead: a sequence, 0 without a read model. */
export type RecordedThrough = () => Promise<number>

/** A state machine, empty or from a snapshot. */
export type OpenExchange = (snapshot: Uint8Array | undefined) => Exchange
