import { messageOf } from './message-of.ts'
import closeWithGrace from 'close-with-grace'
import { Type, type Static, type TObject } from 'typebox'
import type { Registry } from 'prom-client'
import { ConfigError, parseConfig, printableConfig, type Environment } from './config.ts'
import { Lifecycle } from './lifecycle.ts'
import { createLogger, StandardOutput, surviveOutput, type Logger } from './logging.ts'
import { createMetrics, exposeBuild, exposeLifecycle, exposeOutput } from './metrics.ts'
import { startOpsServer } from './ops-server.ts'
import { Shutdown } from './shutdown.ts'
import { checkTlsSettings, tlsSettings, type TlsConfig } from './tls/tls-settings.ts'
import { WatchedCertificate, type CertificateContext } from './tls/watched-certificate.ts'

/** The settings that every service has; spread them into its schema. */
export const serviceSettings = {
  ...tlsSettings,
  OPS_HOST: Type.String({ default: '127.0.0.1', description: 'address of probes and metrics' }),
  OPS_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'port of probes and metrics, 0 for a free one' }),
  RELEASE: Type.String({ default: 'development', description: 'the release that the process belongs to, for metrics' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
}

const serviceSchema = Type.Object(serviceSettings)

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
const EX_CONFIG = 78

/** What `start` gets to build the service from. */
export interface ServiceContext<Config> {
  readonly name: string
  readonly config: Config
  readonly log: Logger
  readonly metrics: Registry
  readonly lifecycle: Lifecycle
  /** For its listeners; undefined: they speak without TLS. */
  readonly certificate?: WatchedCertificate | undefined
  /**
   * Undo what was just started: run in reverse order at shutdown, each step cut off at its bound. `hurry` fires at a
   * second signal: stop waiting for others, close what is open.
   */
  readonly onShutdown: (name: string, boundMs: number, run: (hurry: AbortSignal) => void | Promise<void>) => void
  /** Give up: log, run the shutdown steps, exit with 1 so that the supervisor starts a new process. */
  readonly fail: (reason: string, error?: unknown) => void
}

export interface ServiceOptions<Schema extends TObject> {
  readonly name: string
  /** Keys are names of environment variables; must contain `serviceSettings`. */
  readonly schema: Schema
  readonly environment: Environment
  /** Relations between settings, such as `checkTimeBudget`; throws a ConfigError. */
  readonly check?: (config: Static<Schema>) => void
  /**
   * Whether the process stays ready while the shutdown steps run. A process that drains wants that: where all of its
   * kind are going, balancers fall back to those that are ready. Without it the process leaves the rotation at once.
   */
  readonly readyInShutdown?: boolean
  /** Labels of every metric of the process besides `service`: what it belongs to. */
  readonly labels?: (config: Static<Schema>) => Readonly<Record<string, string>>
  readonly start: (context: ServiceContext<Static<Schema>>) => Promise<void>
}

/** Beats of the event loop, which is wedged when it cannot run a timer for this long. */
const LOOP_BEAT_MS = 250
const LOOP_SILENCE_MS_MAX = 10_000
const OPS_CLOSE_MS_MAX = 1_000
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
/** From the second signal to the exit, whatever the steps do. */
const HURRY_MS_MAX = 950

/**
 * Run one service as a process: parse the configuration, open the ops port, call `start`, and on SIGTERM, SIGINT, SIGHUP
 * or a fatal error run the shutdown steps and exit (0 after a signal, 1 after an error). A second signal has the steps
 * hurry: they still close what is open, and the process is gone within a second, with 1 if a step had to be cut. A bad
 * configuration is one message on standard error and exit code 78 (EX_CONFIG).
 */
export async function runService<Schema extends TObject>(options: ServiceOptions<Schema>): Promise<void> {
  surviveOutput()
  const config = readConfig(options)
  const own = parseConfig(serviceSchema, options.environment)
  const { OPS_HOST, OPS_PORT, LOG_LEVEL, RELEASE } = own
  const output = new StandardOutput()
  const log = createLogger({ name: options.name, level: LOG_LEVEL, destination: output })
  const lifecycle = new Lifecycle()
  const metrics = createMetrics({ service: options.name, labels: options.labels?.(config) })
  exposeBuild(metrics, RELEASE)
  exposeLifecycle(metrics, lifecycle)
  exposeOutput(metrics, output)
  output.onTrouble((reason) => lifecycle.note('log', reason === undefined, reason ?? ''))
  lifecycle.onChange(({ name, met, reason }) => log.info({ condition: name, met, reason }, 'condition changed'))
  const shutdown = new Shutdown(log)
  const stopNow = async (): Promise<void> => {
    lifecycle.set('serving', options.readyInShutdown ?? false, 'shutting down')
    const reports = await shutdown.run()
    if (shutdown.hurried && reports.some(({ outcome }) => outcome !== 'done')) process.exitCode = 1
    await output.wrote(() => log.info('stopped'))
  }
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= stopNow())
  const fail = (reason: string, error?: unknown): void => {
    log.fatal({ err: error }, reason)
    process.exitCode = 1
    void stop().finally(() => process.exit(1))
  }
  onSignals(log, shutdown, stop)
  try {
    const onShutdown: ServiceContext<unknown>['onShutdown'] = (name, boundMs, run) => shutdown.add(name, boundMs, run)
    const certificate = await openCertificate(own, { log, metrics, lifecycle, onShutdown })
    const opsTls = own.OPS_TLS ? certificate : undefined
    const ops = await startOpsServer({ host: OPS_HOST, port: OPS_PORT, lifecycle, metrics, certificate: opsTls })
    shutdown.add('ops', OPS_CLOSE_MS_MAX, () => ops.close())
    beatEventLoop(lifecycle, shutdown)
    log.info({ config: printableConfig(options.schema, config), opsPort: ops.port }, 'starting')
    await options.start({
      name: options.name,
      config,
      log,
      metrics,
      lifecycle,
      certificate,
      onShutdown,
      fail,
    })
    if (!shutdown.isRunning) lifecycle.markStarted()
  } catch (error) {
    if (error instanceof ConfigError) refuse(options.name, error)
    fail(`could not start: ${messageOf(error)}`, error)
  }
}

/** The certificate of the process, if it has one. @throws (rejects with) ConfigError */
export async function openCertificate(
  { TLS_CERT_FILE, TLS_KEY_FILE }: TlsConfig,
  context: CertificateContext,
): Promise<WatchedCertificate | undefined> {
  if (TLS_CERT_FILE === '') return undefined
  return WatchedCertificate.open(context, { name: 'certificate', paths: [TLS_CERT_FILE, TLS_KEY_FILE] })
}

function onSignals(log: Logger, shutdown: Shutdown, stop: () => Promise<void>): void {
  const grace = closeWithGrace({ delay: false, logger: false, skip: [...STOP_SIGNALS] }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'fatal error')
    else if (signal) log.info({ signal }, 'stopping')
    await stop()
    if (process.exitCode === 1) process.exit(1)
  })
  const received = (signal: NodeJS.Signals): void => {
    if (!shutdown.isRunning) {
      log.info({ signal }, 'stopping')
      grace.close()
    } else if (!shutdown.hurried) {
      log.warn({ signal }, 'hurrying')
      shutdown.hurry()
      setTimeout(() => process.exit(1), HURRY_MS_MAX).unref()
    }
  }
  for (const signal of STOP_SIGNALS) process.on(signal, received)
}

function readConfig<Schema extends TObject>(options: ServiceOptions<Schema>): Static<Schema> {
  try {
    const config = parseConfig(options.schema, options.environment)
    checkTlsSettings(parseConfig(serviceSchema, options.environment))
    options.check?.(config)
    return config
  } catch (error) {
    if (error instanceof ConfigError) refuse(options.name, error)
    throw error
  }
}

function refuse(name: string, error: ConfigError): never {
  process.stderr.write(`${name}: ${error.message}\n`)
  process.exit(EX_CONFIG)
}

function beatEventLoop(lifecycle: Lifecycle, shutdown: Shutdown): void {
  const timer = setInterval(lifecycle.heartbeat('event-loop', LOOP_SILENCE_MS_MAX), LOOP_BEAT_MS)
  timer.unref()
  shutdown.add('event-loop', OPS_CLOSE_MS_MAX, () => clearInterval(timer))
}
