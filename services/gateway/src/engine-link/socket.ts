import type { Dial as DialEngine, SocketEvents, WebSocketConnection } from '@uptick/link'

/** One connection to an engine as the link uses it: whole binary messages. */
export type LinkSocket = WebSocketConnection

export type LinkSocketEvents = SocketEvents

/** Dials an engine; the simulation hands in its own. */
export type Dial = DialEngine<LinkSocket>
