import { Service, type ServiceDefinition } from '../processes/service.ts'
import type { Kind } from '../status/cluster-status.ts'

export interface ReplicaEvents {
  /** A process was started in this place; `leaving`: the one that is being replaced. */
  readonly started: (name: string, process: number) => void
  readonly message: (service: Service, message: unknown) => void
  readonly ended: (service: Service) => void
  /** Another process is in charge now. */
  readonly changed: () => void
}

/** A definition without the parts that differ between processes. */
export type ReplicaDefinition = Omit<
  ServiceDefinition,
  'environment' | 'opsPort' | 'onStarted' | 'onMessage' | 'onEnded'
> & {
  readonly kind: Kind
  /** Environment without the ports of the process. */
  readonly environment: Readonly<Record<string, string>>
  /**
   * Ports of probes: one, or two that alternate where the old and the new process run together; none without probes.
   */
  readonly opsPorts: readonly number[]
}

/** A place in the cluster, and the process that fills it now. */
export class Replica {
  readonly #definition: ReplicaDefinition
  readonly #events: ReplicaEvents
  #service: Service | undefined
  #turn = 0

  constructor(definition: ReplicaDefinition, events: ReplicaEvents) {
    this.#definition = definition
    this.#events = events
  }

  get name(): string {
    return this.#definition.name
  }

  get kind(): Kind {
    return this.#definition.kind
  }

  /** The process in charge; undefined before the first start. */
  get service(): Service | undefined {
    return this.#service
  }

  /** Start the first process, or one after the old has stopped. Resolves when it is ready. @throws Problem */
  async start(): Promise<void> {
    this.#service = this.#create()
    this.#events.changed()
    await this.#service.start()
  }

  /** Stop the process in charge. */
  async stop(hurryMs?: number): Promise<void> {
    await this.#service?.stop(hurryMs)
  }

  /**
   * Start a new process beside the old one. When it is ready it is in charge, and the old one is returned, still
   * running.
   *
   * @throws Problem when the new one does not become ready: it is stopped again, and nothing has changed
   */
  async startBeside(): Promise<Service | undefined> {
    const old = this.#service
    this.#turn++
    const next = this.#create()
    try {
      await next.start()
    } catch (error) {
      this.#turn++
      await next.stop()
      throw error
    }
    this.#service = next
    this.#events.changed()
    return old
  }

  kill(): void {
    this.#service?.kill()
  }

  #create(): Service {
    const { environment, opsPorts, ...rest } = this.#definition
    const opsPort = opsPorts[this.#turn % opsPorts.length]
    const ops = opsPort === undefined ? {} : { OPS_HOST: '127.0.0.1', OPS_PORT: String(opsPort), LOG_LEVEL: 'info' }
    const service: Service = new Service({
      ...rest,
      environment: { ...environment, ...ops },
      opsPort,
      onStarted: this.#events.started,
      onMessage: (message) => this.#events.message(service, message),
      onEnded: () => this.#events.ended(service),
    })
    return service
  }
}
