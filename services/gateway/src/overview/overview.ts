import type { GatewayFacts, ProcessFacts, Unmet } from '@uptick/protocol'
import type { Clients } from '../clients/clients.ts'
import type { SocketServer } from '../handshake/socket-server.ts'
import type { HoldCount } from './hold-count.ts'
import { OverviewStreams } from './overview-streams.ts'
import { ShardWatch, type ShardWatchOptions } from './shard-watch.ts'

export interface OverviewOptions extends Omit<ShardWatchOptions, 'own'> {
  readonly process: ProcessReport
  readonly clients: Pick<Clients, 'open'>
  readonly sockets: Pick<SocketServer, 'connections'>
  readonly holds: Pick<HoldCount, 'holds'>
}

/** What a process knows of itself. */
export interface ProcessReport {
  readonly facts: ProcessFacts
  readonly isReady: () => boolean
  readonly unmet: () => readonly Unmet[]
}

/** The shard's processes as a gateway shows them to operators, itself among them. */
export class ShardOverview {
  readonly watch: ShardWatch
  readonly streams: OverviewStreams
  readonly #options: OverviewOptions
  #isDraining = false
  #wasReady = false

  constructor(options: OverviewOptions) {
    this.#options = options
    this.watch = new ShardWatch({ ...options, own: () => this.#own() })
    this.streams = new OverviewStreams(this.watch)
  }

  /** The gateway drains: it says so, and its viewers go to another one. */
  leave(): void {
    this.#isDraining = true
    this.streams.end()
  }

  close(): void {
    this.streams.end()
    this.watch.close()
  }

  #own(): GatewayFacts {
    const { process, clients, sockets, holds, link } = this.#options
    const { queued, unanswered } = link.state
    const isReady = process.isReady()
    this.#wasReady ||= isReady
    return {
      ...process.facts,
      isStarting: !this.#wasReady,
      isReady,
      isDraining: this.#isDraining,
      unmet: process.unmet(),
      connections: clients.open,
      webSockets: sockets.connections,
      queued,
      unanswered,
      holds: holds.holds,
    }
  }
}
