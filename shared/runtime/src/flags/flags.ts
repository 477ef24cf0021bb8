import { once } from 'node:events'
import { InMemStorageProvider, Unleash, UnleashEvents } from 'unleash-client'
import { systemClock } from '../clock.ts'
import { ConfigError } from '../config.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Logger } from '../logging.ts'
import { messageOf } from '../message-of.ts'
import type { Counter, Registry } from '../metrics.ts'
import { FLAG_NAMES, FLAGS, type FlagKind, type FlagName, type FlagSubject, ROLLOUT } from './declared.ts'
import { FlagFile } from './flag-file.ts'
import { decisionCounter, exposeDefinitionsAge } from './flag-metrics.ts'

/** After so many polls without an answer of Unleash the state is stale. */
const STALE_POLLS = 15
/** Unleash's answer is given up after this, ms. */
const ANSWER_MS_MAX = 5_000
const CLOSE_MS_MAX = 100
const LOOK_MS = 1_000

export interface FlagConfig {
  readonly FLAGS_FILE: string
  readonly FLAGS_URL: string
  readonly FLAGS_TOKEN: string
  readonly FLAGS_POLL_MS: number
  readonly FLAGS_KEPT_IN: string
  readonly FLAGS_ENVIRONMENT: string
}

export interface FlagsOptions {
  readonly config: FlagConfig
  /** Name of the service. */
  readonly name: string
  /** Name of this process, in the context of every flag. */
  readonly instance: string
  readonly log: Logger
  readonly metrics: Registry
  readonly lifecycle: Lifecycle
  readonly onShutdown: (name: string, boundMs: number, run: () => void) => void
  /** How often the file is read, ms. */
  readonly fileEveryMs?: number
}

/** For whom or what a flag is evaluated. */
export interface FlagContext {
  /** A percentage of accounts always holds the same accounts. */
  readonly account?: number | undefined
  readonly keyLabel?: string | undefined
  readonly symbol?: string | undefined
}

/** Where the definition of a flag comes from. */
export type FlagSource = 'unleash' | 'file' | 'default'

export interface FlagState {
  readonly name: FlagName
  /** As evaluated for the account that was asked for; undefined for a flag by account when none was. */
  readonly isOn: boolean | undefined
  /** Of the accounts, where the definition is a gradual rollout alone. */
  readonly percent: number | undefined
  readonly source: FlagSource
  readonly kind: FlagKind
  readonly subject: FlagSubject
  readonly owner: string
  readonly ends: string
}

export interface FlagsState {
  /** Since Unleash last answered, seconds; undefined where there is none, or before its first answer. */
  readonly ageSeconds: number | undefined
  readonly flags: readonly FlagState[]
}

/** A client of definitions, and whether it has any. */
interface Definitions {
  readonly source: FlagSource
  readonly client: Unleash
  isReady: boolean
}

/**
 * The flags of a process. Unleash's client evaluates the definitions of its server, or of a file in its format. Nothing waits
 * for the server, and readiness does not depend on it. For each flag the first of these holds: what the server answered last,
 * in this process or the one before; the file; the declared default. The advisory condition `flags` and the metrics tell how
 * old the server's answer is.
 */
export class Flags {
  readonly #options: FlagsOptions
  readonly #definitions: Definitions[] = []
  readonly #decisions: Counter<'flag' | 'variant'>
  /** When Unleash last answered, ms of the monotonic clock. */
  #answered: number | undefined
  #trouble = ''

  private constructor(options: FlagsOptions) {
    this.#options = options
    this.#decisions = decisionCounter(options.metrics)
  }

  /**
   * Open the flags that the configuration names.
   *
   * @throws (rejects with) ConfigError when FLAGS_FILE cannot be used
   */
  static async open(options: FlagsOptions): Promise<Flags> {
    const flags = new Flags(options)
    const { FLAGS_FILE, FLAGS_URL } = options.config
    // In the order in which they are asked.
    if (FLAGS_URL !== '') flags.#openServer()
    if (FLAGS_FILE !== '') {
      await flags.#openFile().catch((error: unknown) => {
        throw new ConfigError([`FLAGS_FILE ${FLAGS_FILE} cannot be used: ${messageOf(error)}`])
      })
    }
    return flags
  }

  /** Whether a flag is on. Evaluate it once for each request or connection, and keep the answer. */
  isOn(name: FlagName, context: FlagContext = {}): boolean {
    const isOn = this.#evaluate(name, context)
    this.#decisions.inc({ flag: name, variant: isOn ? 'on' : 'off' })
    return isOn
  }

  /** Every flag, as it is for `account`, or for none. */
  state(account?: number): FlagsState {
    return {
      ageSeconds: this.#ageSeconds(),
      flags: FLAG_NAMES.map((name) => {
        const { kind, subject, owner, ends } = FLAGS[name]
        const holding = this.#holding(name)
        const isOn = subject === 'account' && account === undefined ? undefined : this.#evaluate(name, { account })
        const percent = holding && percentOf(holding.client.getFeatureToggleDefinition(name))
        return { name, isOn, percent, source: holding?.source ?? 'default', kind, subject, owner, ends }
      }),
    }
  }

  #holding(name: FlagName): Definitions | undefined {
    return this.#definitions.find(({ client, isReady, source }) => {
      const definition = isReady ? client.getFeatureToggleDefinition(name) : undefined
      // A flag that is being made in Unleash has no strategies yet, and decides nothing.
      return definition !== undefined && (source === 'file' || (definition.strategies ?? []).length > 0)
    })
  }

  #evaluate(name: FlagName, { account, keyLabel, symbol }: FlagContext): boolean {
    const holding = this.#holding(name)
    if (!holding) return FLAGS[name].default
    const { config, instance } = this.#options
    return holding.client.isEnabled(name, {
      ...(account !== undefined && { userId: String(account) }),
      environment: config.FLAGS_ENVIRONMENT,
      properties: { instance, ...(keyLabel && { keyLabel }), ...(symbol && { symbol }) },
    })
  }

  #add(source: FlagSource, client: Unleash): void {
    const definitions: Definitions = { source, client, isReady: false }
    this.#definitions.push(definitions)
    client.on(UnleashEvents.Ready, () => (definitions.isReady = true))
    this.#options.onShutdown(`flags of ${source}`, CLOSE_MS_MAX, () => close(client))
  }

  async #openFile(): Promise<void> {
    const { config, fileEveryMs, lifecycle, log, name } = this.#options
    const repository = await FlagFile.open({
      path: config.FLAGS_FILE,
      ...(fileEveryMs !== undefined && { everyMs: fileEveryMs }),
      changed: () => log.info({ flags: this.state().flags }, 'the file of flags has changed'),
      failed: (error) => {
        lifecycle.note('flag-file', error === undefined, error && `what it held before is in force: ${error.message}`)
        if (error) log.warn({ err: error }, 'the file of flags cannot be used; what it held before is in force')
      },
    })
    lifecycle.note('flag-file', true)
    // The client asks for a URL, and never uses it: definitions come from the repository, and nothing is reported.
    const client = new Unleash({
      appName: name,
      url: 'file:',
      repository,
      disableMetrics: true,
      disableAutoStart: true,
    })
    this.#add('file', client)
    const ready = once(client, UnleashEvents.Ready)
    await client.start()
    await ready
  }

  #openServer(): void {
    const { config, instance, name, onShutdown } = this.#options
    const client = new Unleash({
      appName: name,
      instanceId: instance,
      environment: config.FLAGS_ENVIRONMENT,
      url: config.FLAGS_URL,
      customHeaders: { Authorization: config.FLAGS_TOKEN },
      refreshInterval: config.FLAGS_POLL_MS,
      timeout: ANSWER_MS_MAX,
      disableAutoStart: true,
      skipInstanceCountWarning: true,
      ...(config.FLAGS_KEPT_IN === ''
        ? { storageProvider: new InMemStorageProvider() }
        : { backupPath: config.FLAGS_KEPT_IN }),
    })
    this.#add('unleash', client)
    const answered = (): void => {
      this.#answered = systemClock.elapsed()
      this.#trouble = ''
      this.#look()
    }
    client.on(UnleashEvents.Changed, answered)
    client.on(UnleashEvents.Unchanged, answered)
    for (const event of [UnleashEvents.Error, UnleashEvents.Warn])
      client.on(event, (trouble: unknown) => (this.#trouble = messageOf(trouble)))
    exposeDefinitionsAge(this.#options.metrics, () => this.#ageSeconds())
    this.#look()
    const timer = setInterval(() => this.#look(), LOOK_MS).unref()
    onShutdown('age of the flags', CLOSE_MS_MAX, () => clearInterval(timer))
    client.start().catch((error: unknown) => (this.#trouble = messageOf(error)))
  }

  /** Say whether Unleash's answer is stale. */
  #look(): void {
    const { config, lifecycle, log } = this.#options
    const age = this.#ageSeconds()
    const isFresh = age !== undefined && age * 1000 < STALE_POLLS * config.FLAGS_POLL_MS
    const wasFresh = lifecycle.condition('flags')?.met === true
    const since =
      age === undefined ? 'Unleash has not answered yet' : 'Unleash does not answer, what was known last holds'
    lifecycle.note('flags', isFresh, isFresh ? '' : [since, this.#trouble].filter((text) => text !== '').join(': '))
    if (wasFresh && !isFresh) log.warn({ reason: this.#trouble }, since)
  }

  #ageSeconds(): number | undefined {
    return this.#answered === undefined ? undefined : (systemClock.elapsed() - this.#answered) / 1000
  }
}

function percentOf(definition: ReturnType<Unleash['getFeatureToggleDefinition']>): number | undefined {
  const [strategy, ...others] = definition?.strategies ?? []
  if (strategy?.name !== ROLLOUT || others.length > 0) return undefined
  return definition?.enabled === true ? Number(strategy.parameters.rollout) : 0
}

function close(client: Unleash): void {
  client.destroy()
  // It takes all listeners off its repository, and an error without one would end the process: that of a poll on its way.
  client['repository'].on(UnleashEvents.Error, () => undefined)
}
