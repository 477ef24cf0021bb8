import { setTimeout as delay } from 'node:timers/promises'
import { causeOf, errorCode, Problem } from '@uptick/commandline'
import { migrate } from '@uptick/journal'
import { AddressRanges } from '@uptick/runtime'
import type { Running } from '@uptick/data-folder'
import { OperatorClient } from '@uptick/operator'
import { Cluster } from './cluster/cluster.ts'
import { clusterDefinitions, PORT_NAMES, type Ports } from './cluster/definitions.ts'
import type { ReplicaDefinition } from './cluster/replica.ts'
import { ControlServer } from './control/control-server.ts'
import type { DataFolder } from './folder/data-folder.ts'
import { Database } from './processes/database.ts'
import { watchDisk } from './machine/disk.ts'
import { LogFiles } from './logs/log-files.ts'
import type { Options } from './terminal/options.ts'
import { internalPorts } from './machine/ports.ts'
import { Roller } from './roll/roller.ts'
import { folderCertificate } from './folder/folder-certificate.ts'
import { clusterStatus } from './status/cluster-status.ts'

/** A connection to Redis may take this long after everything else is ready. */
const REMARKS_MS_MAX = 1_500
const REMARKS_POLL_MS = 50

export interface SupervisorEvents {
  /** A step of starting, stopping or rolling. */
  readonly onStep: (what: string) => void
  readonly onRestart: (name: string, how: string, delayMs: number) => void
  /** Output of processes is lost, and why. */
  readonly onLog: (problem: string) => void
  /** The disk of the data folder is full, with the consequence; undefined: it no longer is. */
  readonly onDisk: (problem: string | undefined) => void
}

/**
 * Everything that `npm start` runs: PostgreSQL, and a small cluster of two engines, a recorder, two gateways behind one
 * listening socket and optionally the market maker. Stopped in the opposite order.
 */
export class Supervisor {
  readonly #options: Options
  readonly #folder: DataFolder
  readonly #events: SupervisorEvents
  readonly #cluster: Cluster
  readonly #logs: LogFiles
  readonly #stopWatching: () => void
  readonly #processes: Record<string, number> = {}
  #database: Database | undefined
  #databaseUrl = ''
  #ports: Partial<Ports> = {}
  #control: ControlServer | undefined
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #quick = false

  constructor(options: Options, folder: DataFolder, events: SupervisorEvents) {
    this.#options = options
    this.#folder = folder
    this.#events = events
    this.#logs = new LogFiles(events.onLog)
    this.#stopWatching = watchDisk(folder.path, (problem) => {
      events.onDisk(problem)
      // Write what could not be written meanwhile.
      if (problem === undefined && this.#ports.control !== undefined) this.#markRunning()
    })
    const clusterEvents = {
      onStep: events.onStep,
      onStarted: (name: string, id: number) => this.#note(name, id),
      onChange: () => this.#markRunning(),
    }
    this.#cluster = new Cluster(clusterEvents, proxiesOf(options))
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined
  }

  get operatorUrl(): string {
    return `http://127.0.0.1:${this.#ports.operator ?? 0}`
  }

  get url(): string {
    const { host, port } = this.#options
    const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
    return `${this.#options.tls ? 'https' : 'http'}://${shown}:${port}`
  }

  /** Start everything up to the gateways. @throws Problem; `stop` stops what runs by then */
  start(): Promise<void> {
    this.#starting = this.#startAll()
    return this.#starting
  }

  /** Conditions that need attention but keep no process from being ready, one sentence each. */
  async remarks(): Promise<string[]> {
    const operator = new OperatorClient(this.operatorUrl, this.#folder.settings.operatorToken)
    for (const began = performance.now(); ; await delay(REMARKS_POLL_MS)) {
      const { processes } = await clusterStatus(this.#cluster.observed(), operator)
      const reasons = new Set(processes.map(({ reason }) => reason).filter((reason) => reason !== ''))
      if (reasons.size === 0 || performance.now() - began > REMARKS_MS_MAX) return [...reasons]
    }
  }

  /** Start the bot that trades over the public interface, with its own keys in its environment. */
  async startMarketMaker(environment: Record<string, string>): Promise<void> {
    const bot = {
      kind: 'market-maker',
      name: 'market-maker',
      entry: 'market-maker/src/main.ts',
      opsPorts: [],
    } as const
    await this.#cluster.start([this.#logged({ ...bot, environment })])
  }

  /** Drain and stop, last started first. A second call during the drain makes it finish quickly. */
  stop(): Promise<void> {
    if (this.#stopping === undefined) this.#stopping = this.#stopAll()
    else {
      this.#quick = true
      this.#cluster.kill()
      void this.#database?.stop('immediate')
    }
    return this.#stopping
  }

  async #startAll(): Promise<void> {
    const ports = await internalPorts(PORT_NAMES, this.#folder.settings.ports, this.#options.port)
    this.#ports = ports
    this.#folder.update({ ports })
    await this.#startDatabase(ports.postgres)
    if (this.isStopping) return
    const { listener } = this.#cluster
    await listener.listen('public', this.#options.host, this.#options.port)
    await listener.listen('operator', '127.0.0.1', ports.operator)
    const { operatorToken } = this.#folder.settings
    const operator = new OperatorClient(this.operatorUrl, operatorToken)
    const status = () => clusterStatus(this.#cluster.observed(), operator)
    const roller = new Roller(this.#cluster, status)
    this.#control = await ControlServer.listen({
      port: ports.control,
      token: operatorToken,
      status,
      roll: (what, onStep) => roller.roll(what, onStep),
      onRoll: this.#events.onStep,
    })
    const { gateway, engine, linkUrls, host, redisUrl, tls } = this.#options
    const certificate = tls ? await folderCertificate(this.#folder, host) : undefined
    const surroundings = { databaseUrl: this.#databaseUrl, redisUrl, certificate, gateway, engine, linkUrls }
    const definitions = clusterDefinitions(this.#folder, ports, surroundings)
    const [first, ...others] = definitions.map((definition) => this.#logged(definition))
    // One engine leads before the others start.
    if (first) await this.#cluster.start([first])
    await this.#cluster.start(others)
  }

  #logged(
    definition: Omit<ReplicaDefinition, 'folder' | 'logFile' | 'logs' | 'verbose' | 'onRestart'>,
  ): ReplicaDefinition {
    const logFile = this.#folder.file('logs', `${definition.name}.log`)
    const { verbose } = this.#options
    return {
      ...definition,
      folder: this.#folder.path,
      logFile,
      logs: this.#logs,
      verbose,
      onRestart: this.#events.onRestart,
    }
  }

  async #startDatabase(port: number): Promise<void> {
    const { databaseUrl } = this.#options
    if (databaseUrl === undefined) {
      this.#events.onStep('PostgreSQL')
      const logFile = this.#folder.file('logs', 'postgres.log')
      this.#logs.keep(logFile)
      this.#database = await Database.start({
        directory: this.#folder.file('postgres'),
        port,
        password: this.#folder.settings.databasePassword,
        logFile,
        onRestart: this.#events.onRestart,
        onStarted: (name, id) => this.#note(name, id),
      })
    }
    this.#databaseUrl = this.#database?.url ?? databaseUrl ?? ''
    if (this.isStopping) return
    this.#events.onStep('schema')
    await migrate(this.#databaseUrl).catch((error: unknown) => {
      if (databaseUrl === undefined) throw error
      throw new Problem(`The database of DATABASE_URL cannot be used: ${causeOf(error)}.`)
    })
  }

  #note(name: string, id: number): void {
    const before = this.#processes[name]
    // In a roll the previous process may still be draining: the next start must find it too.
    if (before !== undefined) this.#processes[`${name}-before`] = before
    this.#processes[name] = id
    this.#markRunning()
  }

  #markRunning(): void {
    const ops = this.#cluster.observed().flatMap(({ name, opsUrl }) => (opsUrl === undefined ? [] : [[name, opsUrl]]))
    const running: Running = {
      process: process.pid,
      url: this.url,
      operatorUrl: this.operatorUrl,
      controlUrl: `http://127.0.0.1:${this.#ports.control ?? 0}`,
      databaseUrl: this.#databaseUrl,
      ops: Object.fromEntries(ops),
      processes: this.#processes,
    }
    try {
      this.#folder.markRunning(running)
    } catch (error) {
      // Nothing depends on it. It is written again at the next change, and when there is room again.
      if (errorCode(error) === undefined) throw error
    }
  }

  async #stopAll(): Promise<void> {
    this.#control?.close()
    await this.#cluster.stop()
    // Interrupted during the start: PostgreSQL may only just be starting.
    await this.#starting?.catch(() => undefined)
    if (this.#database !== undefined) {
      this.#events.onStep('PostgreSQL')
      await this.#database.stop(this.#quick ? 'immediate' : 'fast')
    }
    this.#folder.markStopped()
    this.#stopWatching()
    this.#logs.close()
  }
}

/** The proxies that the gateways trust. The gateways themselves refuse a text that is no address, with a message. */
function proxiesOf({ gateway }: Options): AddressRanges {
  const texts = ['TRUST_PROXY', 'PROXY_PROTOCOL'].flatMap((name) => (gateway[name] ?? '').split(','))
  return AddressRanges.readable(texts.map((text) => text.trim())).ranges
}
