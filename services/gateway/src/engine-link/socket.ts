/** One connection to an engine, as the link sees it: whole binary messages. */
export interface LinkSocket {
  send(frame: Uint8Array): void
  /** Drop it; `closed` is still called, once. */
  close(): void
  /** Bytes handed to `send` that the kernel has not taken yet. */
  readonly bufferedBytes: number
}

export interface LinkSocketEvents {
  opened(): void
  received(frame: Uint8Array): void
  /** Once, also when it never opened. */
  closed(reason: string): void
}

/** Dials an engine; the simulation hands in its own. */
export type Dial = (url: string, events: LinkSocketEvents) => LinkSocket
