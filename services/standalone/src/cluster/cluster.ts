import type { AddressRanges } from '@uptick/runtime'
import { CountDesk, isCountMessage } from '../counts/count-desk.ts'
import { ConnectionListener } from '../listener/connection-listener.ts'
import type { Service } from '../processes/service.ts'
import { roleOf, type Kind, type Observed } from '../status/cluster-status.ts'
import { Replica, type ReplicaDefinition } from './replica.ts'

/** Nothing takes over when the whole exchange stops, so silent clients are not waited for any longer than this. */
const STOP_HURRY_MS = 1_500

export interface ClusterEvents {
  /** Called with the name of a process that is being started or stopped. */
  readonly onStep: (what: string) => void
  readonly onStarted: (name: string, process: number) => void
  /** Addresses or processes have changed. */
  readonly onChange: () => void
}

/** Every process of the exchange except PostgreSQL, and the listening sockets. */
export class Cluster {
  readonly listener: ConnectionListener
  readonly #counts = new CountDesk()
  readonly #replicas: Replica[] = []
  readonly #events: ClusterEvents
  /** What processes reported about their drain. */
  readonly #drained = new WeakMap<Service, string>()
  #stopping = false

  /** @param proxies addresses with many clients behind them */
  constructor(events: ClusterEvents, proxies: AddressRanges) {
    this.#events = events
    this.listener = new ConnectionListener({ proxies })
  }

  replicas(kind?: Kind): readonly Replica[] {
    return kind === undefined ? this.#replicas : this.#replicas.filter((replica) => replica.kind === kind)
  }

  /** The processes whose state can be queried. */
  observed(): Observed[] {
    return this.#replicas.flatMap(({ name, kind, service }) =>
      service?.process === undefined ? [] : [{ name, kind, process: service.process, opsUrl: service.opsUrl }],
    )
  }

  /** Start these concurrently; resolves when all are ready. @throws Problem */
  async start(definitions: readonly ReplicaDefinition[]): Promise<void> {
    if (this.#stopping) return
    const added = definitions.map((definition) => this.#add(definition))
    this.#events.onStep(added.map(({ name }) => name).join(', '))
    await Promise.all(added.map((replica) => replica.start()))
  }

  /**
   * Hand no more connections to a gateway that is to be stopped. Resolves when those on their way to it have arrived.
   */
  retire(service: Service): Promise<void> {
    return this.listener.leave(service)
  }

  /** How the drain of an ended process went; empty when it had none. */
  drainOf(service: Service): string {
    return this.#drained.get(service) ?? ''
  }

  /** The engine that leads, according to the engines. */
  async leader(): Promise<Replica | undefined> {
    const engines = this.replicas('engine')
    const roles = await Promise.all(engines.map(({ service }) => roleOf(service?.opsUrl)))
    return engines.find((_, index) => roles[index] === 'leading')
  }

  /** Drain and stop: gateways first, the leader last. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#stopAll(this.replicas('market-maker'))
    this.listener.close()
    await this.#stopAll(this.replicas('gateway'))
    await this.#stopAll(this.replicas('recorder'))
    // Standbys first, or the leader would hand off to one that is about to end.
    const leader = await this.leader()
    await this.#stopAll(this.replicas('engine').filter((engine) => engine !== leader))
    if (leader) await this.#stopAll([leader])
  }

  kill(): void {
    for (const replica of this.#replicas) replica.kill()
  }

  async #stopAll(replicas: readonly Replica[]): Promise<void> {
    if (replicas.length === 0) return
    this.#events.onStep(replicas.map(({ name }) => name).join(', '))
    await Promise.all(replicas.map((replica) => replica.stop(STOP_HURRY_MS)))
  }

  #add(definition: ReplicaDefinition): Replica {
    const replica = new Replica(definition, {
      started: this.#events.onStarted,
      changed: this.#events.onChange,
      message: (service, message) => this.#heard(service, message),
      ended: (service) => this.listener.ended(service),
    })
    this.#replicas.push(replica)
    return replica
  }

  #heard(service: Service, message: unknown): void {
    if (isCountMessage(message)) return service.tell(this.#counts.heard(message))
    if (!isNote(message)) return
    switch (message.uptick) {
      case 'ready':
      case 'not-ready':
        return this.listener.ready(service, message.uptick === 'ready')
      case 'leaving':
        return void this.listener.leave(service)
      case 'taken':
        return this.listener.taken(service, message.id ?? 0)
      case 'drained':
        this.#drained.set(service, message.detail ?? '')
    }
  }
}

/** A message of a process that takes connections. */
interface Note {
  readonly uptick: 'ready' | 'not-ready' | 'leaving' | 'taken' | 'drained'
  readonly id?: number
  readonly detail?: string
}

function isNote(message: unknown): message is Note {
  return typeof message === 'object' && message !== null && 'uptick' in message
}
