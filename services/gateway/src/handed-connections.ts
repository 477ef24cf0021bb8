import type { Server } from 'node:http'
import { Socket } from 'node:net'
import type { ParentChannel } from './parent-channel.ts'

/** The servers of a gateway, by the names that a parent uses. */
export type HandedServers = Readonly<Record<'public' | 'operator', Server>>

interface ConnectionMessage {
  readonly uptick: 'connection'
  readonly id: number
  readonly server: keyof HandedServers
}

/**
 * Connections that the parent process accepted: its listening socket outlives every gateway. The gateway tells the
 * parent when it is ready and when it leaves, and confirms every connection. The parent hands a connection that was not
 * confirmed by a dead process to another gateway.
 */
export class HandedConnections {
  readonly #channel: ParentChannel
  #state = ''

  /** @throws Error when the process was not forked with a channel */
  constructor(channel: ParentChannel, servers: HandedServers) {
    if (channel.send === undefined) throw new Error('CONNECTIONS=parent needs a parent with an IPC channel')
    this.#channel = channel
    channel.on('message', (message, handle) => {
      if (!isConnection(message)) return
      // A client that has gone meanwhile leaves no handle.
      if (handle instanceof Socket) servers[message.server].emit('connection', handle)
      this.#send({ uptick: 'taken', id: message.id })
    })
  }

  /** Tell the parent of a change. A gateway that leaves is never ready again. */
  tell(state: 'ready' | 'not-ready' | 'leaving', detail = ''): void {
    if (this.#state === state || this.#state === 'leaving') return
    this.#state = state
    this.#send({ uptick: state, detail })
  }

  /** How the drain went, in a sentence. */
  drained(detail: string): void {
    this.#send({ uptick: 'drained', detail })
  }

  #send(message: object): void {
    try {
      this.#channel.send?.(message)
    } catch {
      // The parent is gone; the guard that it gave this process ends it.
    }
  }
}

function isConnection(message: unknown): message is ConnectionMessage {
  return typeof message === 'object' && message !== null && 'uptick' in message && message.uptick === 'connection'
}
