/** One connection to an engine, seen from the end that dialled: whole binary messages. */
export interface DialledSocket {
  send(frame: Uint8Array): void
  /** Drop it; `closed` is still called, once. */
  close(): void
}

export interface SocketEvents {
  opened(): void
  received(frame: Uint8Array): void
  /** Called once, also when the connection never opened. */
  closed(reason: string): void
}

/** Dials an engine at a URL. */
export type Dial<Socket extends DialledSocket = DialledSocket> = (url: string, events: SocketEvents) => Socket
