import type { AddressRanges } from '@uptick/runtime'
import { CountDesk, isCountMessage } from '../counts/count-desk.ts'
import { ConnectionListener } from '../listener/connection-listener.ts'
import type { Service } from '../processes/service.ts'
import { roleOf, type Kind, type Observed } from '../status/cluster-status.ts'
import { Replica, type ReplicaDefinition } from './replica.ts'

/** When everything ends no process takes over, so clients that stay silent are not waited for any longer. */
const STOP_HURRY_MS = 1_500

export interface ClusterEvents {
  /** Names of processes that are being started or stopped. */
  readonly onStep: (what: string) => void
  readonly onStarted: (name: string, process: number) => void
  /** Addresses or processes are not what they were. */
  readonly onChange: () => void
}

/** Every process of the exchange but PostgreSQL, and the sockets that clients connect to. */
export class Cluster {
  readonly listener: ConnectionListener
  readonly #counts = new CountDesk()
  readonly #replicas: Replica[] = []
  readonly #events: ClusterEvents
  /** What processes said of their drain. */
  readonly #drained = new WeakMap<Service, string>()
  #stopping = false

  /** @param proxies addresses behind which there are many clients */
  constructor(events: ClusterEvents, proxies: AddressRanges) {
    this.#events = events
    this.listener = new ConnectionListener({ proxies })
  }

  replicas(kind?: Kind): readonly Replica[] {
    return kind === undefined ? this.#replicas : this.#replicas.filter((replica) => replica.kind === kind)
  }

  /** What can be asked for its state. */
  observed(): Observed[] {
    return this.#replicas.flatMap(({ name, kind, service }) =>
      service?.process === undefined ? [] : [{ name, kind, process: service.process, opsUrl: service.opsUrl }],
    )
  }

  /** Start these side by side; resolves when all are ready. @throws Problem */
  async start(definitions: readonly ReplicaDefinition[]): Promise<void> {
    if (this.#stopping) return
    const added = definitions.map((definition) => this.#add(definition))
    this.#events.onStep(added.map(({ name }) => name).join(', '))
    await Promise.all(added.map((replica) => replica.start()))
  }

  /** A gateway that is to be stopped gets no connection any more; resolves when those on their way to it have arrived. */
  retire(service: Service): Promise<void> {
    return this.listener.leave(service)
  }

  /** How the drain of a process that has ended went; empty when it had none. */
  drainOf(service: Service): string {
    return this.#drained.get(service) ?? ''
  }

  /** The engine that leads, as the engines say. */
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

/** What a process that takes connections says. */
interface Note {
  readonly uptick: 'ready' | 'not-ready' | 'leaving' | 'taken' | 'drained'
  readonly id?: number
  readonly detail?: string
}

function isNote(message: unknown): message is Note {
  return typeof message === 'object' && message !== null && 'uptick' in message
}
