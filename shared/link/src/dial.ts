/** One connection to an engine, as the one who dialled sees it: whole binary messages. */
export interface DialledSocket {
  send(frame: Uint8Array): void
  /** Drop it; `closed` is still called, once. */
  close(): void
}

export interface SocketEvents {
  opened(): void
  received(frame: Uint8Array): void
  /** Once, also when it never opened. */
  closed(reason: string): void
}

/** Dials an engine at a URL. */
export type Dial<Socket extends DialledSocket = DialledSocket> = (url: string, events: SocketEvents) => Socket
