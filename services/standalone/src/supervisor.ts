import { fileURLToPath } from 'node:url'
import { migrate, migrationSets } from '@uptick/journal'
import type { DataFolder, Running } from './data-folder.ts'
import { Database } from './database.ts'
import type { Options } from './options.ts'
import { internalPorts } from './ports.ts'
import { Service, type ServiceDefinition } from './service.ts'

/** The gateway's own tables: API keys, and references of operators' requests. */
const keyMigrations = {
  name: 'gateway',
  folder: fileURLToPath(new URL('../../gateway/migrations/', import.meta.url)),
  table: 'gateway_migration',
}

const PORT_NAMES = ['postgres', 'link', 'operator', 'engine', 'recorder', 'gateway'] as const

export interface SupervisorEvents {
  /** A step of starting or stopping begins. */
  readonly onStep: (what: string) => void
  readonly onRestart: (name: string, how: string, delayMs: number) => void
}

/**
 * Everything that `npm start` runs: PostgreSQL, engine, recorder, gateway and perhaps the market maker, started in this
 * order, each when the one before is ready, and stopped in the opposite order.
 */
export class Supervisor {
  readonly #options: Options
  readonly #folder: DataFolder
  readonly #events: SupervisorEvents
  readonly #services: Service[] = []
  readonly #processes: Record<string, number> = {}
  #database: Database | undefined
  #databaseUrl = ''
  #operatorUrl = ''
  #ops: Record<string, string> = {}
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #quick = false

  constructor(options: Options, folder: DataFolder, events: SupervisorEvents) {
    this.#options = options
    this.#folder = folder
    this.#events = events
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined
  }

  get operatorUrl(): string {
    return this.#operatorUrl
  }

  get url(): string {
    const { host, port } = this.#options
    const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
    return `http://${shown}:${port}`
  }

  /** Everything up to the gateway. @throws Problem; whatever runs by then is stopped by `stop` */
  start(): Promise<void> {
    this.#starting = this.#startAll()
    return this.#starting
  }

  async #startAll(): Promise<void> {
    const ports = await internalPorts(PORT_NAMES, this.#folder.settings.ports, this.#options.port)
    this.#folder.update({ ports })
    await this.#startDatabase(ports.postgres)
    this.#operatorUrl = `http://127.0.0.1:${ports.operator}`
    const database = { DATABASE_URL: this.#databaseUrl, SHARD: '0' }
    const environments = {
      engine: {
        ...database,
        LINK_HOST: '127.0.0.1',
        LINK_PORT: String(ports.link),
        EVIDENCE_FOLDER: this.#folder.file('evidence'),
      },
      recorder: database,
      gateway: {
        ...database,
        HOST: this.#options.host,
        PORT: String(this.#options.port),
        OPERATOR_HOST: '127.0.0.1',
        OPERATOR_PORT: String(ports.operator),
        OPERATOR_TOKEN: this.#folder.settings.operatorToken,
        // Everybody here is the person at this machine: past a limit there is an error, not a ban.
        LIMIT_BANS: 'false',
        KEY_ENCRYPTION_KEY: this.#folder.settings.keyEncryptionKey,
        ENGINE_URLS: `ws://127.0.0.1:${ports.link}/link`,
      },
    }
    for (const name of ['engine', 'recorder', 'gateway'] as const) {
      const opsPort = ports[name]
      this.#ops = { ...this.#ops, [name]: `http://127.0.0.1:${opsPort}` }
      const ops = {
        OPS_HOST: '127.0.0.1',
        OPS_PORT: String(opsPort),
        LOG_LEVEL: 'info',
        // Types are stripped once, not at every start; and without stripping the engine's typed arrays are faster.
        NODE_COMPILE_CACHE: this.#folder.file('compile-cache'),
      }
      const entry = `../../${name}/src/main.ts`
      await this.#startService({ name, entry, environment: { ...environments[name], ...ops }, opsPort })
    }
  }

  /** The bot that trades over the public interface, with keys of its own in its environment. */
  async startMarketMaker(environment: Record<string, string>): Promise<void> {
    const entry = 'market-maker/main.ts'
    await this.#startService({ name: 'market-maker', entry, environment, opsPort: undefined })
  }

  /** Drain and stop, last started first. Called again while it runs, it finishes quickly. */
  stop(): Promise<void> {
    if (this.#stopping === undefined) this.#stopping = this.#stopAll()
    else {
      this.#quick = true
      for (const service of this.#services) service.kill()
      void this.#database?.stop('immediate')
    }
    return this.#stopping
  }

  async #startDatabase(port: number): Promise<void> {
    const { databaseUrl } = this.#options
    if (databaseUrl === undefined) {
      this.#events.onStep('PostgreSQL')
      this.#database = await Database.start({
        directory: this.#folder.file('postgres'),
        port,
        password: this.#folder.settings.databasePassword,
        logFile: this.#folder.file('logs', 'postgres.log'),
        onRestart: this.#events.onRestart,
        onStarted: (name, id) => this.#note(name, id),
      })
    }
    this.#databaseUrl = this.#database?.url ?? databaseUrl ?? ''
    if (this.#stopping !== undefined) return
    this.#events.onStep('schema')
    await migrate(this.#databaseUrl, [...migrationSets, keyMigrations])
  }

  async #startService(
    definition: Pick<ServiceDefinition, 'name' | 'entry' | 'environment' | 'opsPort'>,
  ): Promise<void> {
    if (this.#stopping !== undefined) return
    this.#events.onStep(definition.name)
    const service = new Service({
      ...definition,
      logFile: this.#folder.file('logs', `${definition.name}.log`),
      verbose: this.#options.verbose,
      onRestart: this.#events.onRestart,
      onStarted: (name, id) => this.#note(name, id),
    })
    this.#services.push(service)
    await service.start()
  }

  #note(name: string, id: number): void {
    this.#processes[name] = id
    const running: Running = {
      process: process.pid,
      url: this.url,
      operatorUrl: this.#operatorUrl,
      databaseUrl: this.#databaseUrl,
      ops: this.#ops,
      processes: this.#processes,
    }
    this.#folder.markRunning(running)
  }

  async #stopAll(): Promise<void> {
    for (const service of this.#services.toReversed()) {
      this.#events.onStep(service.name)
      await service.stop()
    }
    // Interrupted while it starts: PostgreSQL may only just be coming up.
    await this.#starting?.catch(() => undefined)
    if (this.#database !== undefined) {
      this.#events.onStep('PostgreSQL')
      await this.#database.stop(this.#quick ? 'immediate' : 'fast')
    }
    this.#folder.markStopped()
  }
}
