import closeWithGrace from 'close-with-grace'
import { Type, type Static, type TObject } from 'typebox'
import type { Registry } from 'prom-client'
import { ConfigError, parseConfig, printableConfig, type Environment } from './config.ts'
import { Lifecycle } from './lifecycle.ts'
import { createLogger, type Logger } from './logging.ts'
import { createMetrics, exposeLifecycle } from './metrics.ts'
import { startOpsServer } from './ops-server.ts'
import { Shutdown } from './shutdown.ts'

/** The settings that every service has; spread them into its schema. */
export const serviceSettings = {
  OPS_HOST: Type.String({ default: '127.0.0.1', description: 'address of probes and metrics' }),
  OPS_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'port of probes and metrics, 0 for a free one' }),
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
  /** Undo what was just started: run in reverse order at shutdown, each step cut off at its bound. */
  readonly onShutdown: (name: string, boundMs: number, run: () => void | Promise<void>) => void
  /** Give up: log, run the shutdown steps, exit with 1 so that the supervisor starts a new process. */
  readonly fail: (reason: string, error?: unknown) => void
}

export interface ServiceOptions<Schema extends TObject> {
  readonly name: string
  /** Keys are names of environment variables; must contain `serviceSettings`. */
  readonly schema: Schema
  readonly environment: Environment
  readonly start: (context: ServiceContext<Static<Schema>>) => Promise<void>
}

/** Beats of the event loop, which is wedged when it cannot run a timer for this long. */
const LOOP_BEAT_MS = 250
const LOOP_SILENCE_MS_MAX = 10_000
const OPS_CLOSE_MS_MAX = 1_000

/**
 * Run one service as a process: parse the configuration, open the ops port, call `start`, and on SIGTERM, SIGINT or a
 * fatal error stop being ready, run the shutdown steps and exit (0 after a signal, 1 after an error). A second signal
 * exits at once with 1. A bad configuration is one message on standard error and exit code 78 (EX_CONFIG).
 */
export async function runService<Schema extends TObject>(options: ServiceOptions<Schema>): Promise<void> {
  const config = readConfig(options.name, options.schema, options.environment)
  const { OPS_HOST, OPS_PORT, LOG_LEVEL } = readConfig(options.name, serviceSchema, options.environment)
  const log = createLogger({ name: options.name, level: LOG_LEVEL })
  const lifecycle = new Lifecycle()
  const metrics = createMetrics({ service: options.name })
  exposeLifecycle(metrics, lifecycle)
  lifecycle.onChange(({ name, met, reason }) => log.info({ condition: name, met, reason }, 'condition changed'))
  const shutdown = new Shutdown(log)
  const stop = async (): Promise<void> => {
    lifecycle.set('serving', false, 'shutting down')
    await shutdown.run()
  }
  const fail = (reason: string, error?: unknown): void => {
    log.fatal({ err: error }, reason)
    process.exitCode = 1
    void stop().finally(() => process.exit(1))
  }
  closeWithGrace({ delay: false, logger: false }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'fatal error')
    else log.info({ signal }, 'stopping')
    await stop()
    if (process.exitCode === 1) process.exit(1)
  })
  try {
    const ops = await startOpsServer({ host: OPS_HOST, port: OPS_PORT, lifecycle, metrics })
    shutdown.add('ops', OPS_CLOSE_MS_MAX, () => ops.close())
    beatEventLoop(lifecycle, shutdown)
    log.info({ config: printableConfig(options.schema, config), opsPort: ops.port }, 'starting')
    await options.start({
      name: options.name,
      config,
      log,
      metrics,
      lifecycle,
      onShutdown: (name, boundMs, run) => shutdown.add(name, boundMs, run),
      fail,
    })
    if (!shutdown.isRunning) lifecycle.markStarted()
  } catch (error) {
    fail(`could not start: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

function readConfig<Schema extends TObject>(name: string, schema: Schema, environment: Environment): Static<Schema> {
  try {
    return parseConfig(schema, environment)
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${name}: ${error.message}\n`)
      process.exit(EX_CONFIG)
    }
    throw error
  }
}

function beatEventLoop(lifecycle: Lifecycle, shutdown: Shutdown): void {
  const timer = setInterval(lifecycle.heartbeat('event-loop', LOOP_SILENCE_MS_MAX), LOOP_BEAT_MS)
  timer.unref()
  shutdown.add('event-loop', OPS_CLOSE_MS_MAX, () => clearInterval(timer))
}
