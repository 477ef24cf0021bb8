import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createLogger,
  createMetrics,
  Lifecycle,
  openCertificate,
  type Registry,
  type ServiceContext,
  Shutdown,
} from '@uptick/runtime'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import type { GatewayConfig } from '../src/config.ts'
import { KEYS_AGE_MS_MAX } from '../src/keys/key-store.ts'
import { LIMITS_DEFAULT } from '../src/limits/rate-limits.ts'
import { runGateway } from '../src/run-gateway.ts'
import { ChildService } from './child-service.ts'
import { type Body, fetchReply, type Reply, Trader } from './trader.ts'

const TOKEN = 'operator-token-of-the-tests'
const LINK_SECRET = 'the-secret-of-the-links-in-these-tests'

/** A gateway of this process with its ports. */
export interface RunningGateway {
  readonly url: string
  readonly operatorUrl: string
  readonly lifecycle: Lifecycle
  readonly metrics: Registry
  stop(): Promise<void>
}

/** A whole exchange on a database of its own: engines and recorder as processes, one or more gateways in this one. */
export class RunningExchange {
  readonly database: TestDatabase
  readonly keyEncryptionKey = randomBytes(32).toString('base64')
  readonly #evidence = mkdtempSync(join(tmpdir(), 'uptick-evidence-'))
  readonly #gateways: RunningGateway[] = []
  readonly engines: ChildService[] = []
  readonly recorder: ChildService
  readonly #linkPorts: number[] = []

  private constructor(database: TestDatabase) {
    this.database = database
    this.recorder = new ChildService('recorder', { DATABASE_URL: database.url })
  }

  /**
   * Start one with BTCUSDT (two price and five quantity decimals) listed, ready to trade.
   *
   * @param prepare the database, before there is an engine
   */
  static async start(
    config: Partial<GatewayConfig> = {},
    engines = 1,
    prepare?: (databaseUrl: string) => Promise<void>,
  ): Promise<RunningExchange> {
    const exchange = new RunningExchange(await createDatabase())
    await prepare?.(exchange.database.url)
    for (let i = 0; i < engines; i++) await exchange.startEngine(i)
    await exchange.startGateway(config)
    await exchange.operate('POST', '/assets', { code: 'BTC', decimals: 8 })
    await exchange.operate('POST', '/assets', { code: 'USDT', decimals: 8 })
    const filters = { minNotional: '5', maxOrders: 20, maxAlgoOrders: 5 }
    const symbol = { base: 'BTC', quote: 'USDT', priceDecimals: 2, quantityDecimals: 5, filters }
    await exchange.operate('POST', '/symbols', symbol)
    return exchange
  }

  get gateway(): RunningGateway {
    return this.#gateways[0]!
  }

  get url(): string {
    return this.gateway.url
  }

  /** The only engine, or the first of them. */
  get engine(): ChildService {
    return this.engines[0]!
  }

  /** WebSocket URLs of all engines. */
  get engineUrls(): string[] {
    return this.#linkPorts.map((port) => `ws://127.0.0.1:${port}/link`)
  }

  /** Another gateway on the same exchange; resolves when it is ready. `stop` drains it. */
  async startGateway(config: Partial<GatewayConfig> = {}): Promise<RunningGateway> {
    const log = createLogger({ name: 'gateway-test', level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })
    const lifecycle = new Lifecycle()
    const metrics = createMetrics({ service: 'gateway', defaults: false })
    const shutdown = new Shutdown(log)
    const settings = { ...this.#gatewayConfig(), ...config }
    const onShutdown: ServiceContext<unknown>['onShutdown'] = (name, boundMs, run) => shutdown.add(name, boundMs, run)
    const certificate = await openCertificate(settings, { log, metrics, lifecycle, onShutdown })
    const ports = await runGateway({
      name: 'gateway',
      config: settings,
      certificate,
      log,
      metrics,
      lifecycle,
      onShutdown,
      fail: (reason, error) => {
        throw new Error(reason, { cause: error })
      },
    })
    if (!ports) throw new Error('stopped before it listened')
    const { port, operatorPort } = ports
    const gateway: RunningGateway = {
      url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
      operatorUrl: `${certificate && settings.OPERATOR_TLS ? 'https' : 'http'}://127.0.0.1:${operatorPort}`,
      lifecycle,
      metrics,
      stop: async () => {
        await shutdown.run()
      },
    }
    this.#gateways.push(gateway)
    lifecycle.markStarted()
    await ready(lifecycle)
    return gateway
  }

  /** A request to the operator API; anything but a success is an error. */
  async operate(method: string, path: string, body?: object, of = this.gateway): Promise<Body> {
    const reply = await this.tryOperate(method, path, body, TOKEN, of)
    if (reply.status >= 400) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.body
  }

  tryOperate(method: string, path: string, body?: object, token = TOKEN, of = this.gateway): Promise<Reply> {
    return fetchReply(`${of.operatorUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  /** An account with money and a key. */
  async trader(funds: Record<string, string> = { BTC: '10', USDT: '1000000' }): Promise<Trader> {
    const { account } = await this.operate('POST', '/accounts', { label: 'trader' })
    for (const [asset, amount] of Object.entries(funds)) {
      await this.operate('POST', `/accounts/${account}/deposits`, { asset, amount })
    }
    const { apiKey, secret } = await this.operate('POST', `/accounts/${account}/keys`, {})
    return new Trader(this.url, account, apiKey, secret)
  }

  /** A new engine process on the same journal and port, after the old one is gone. */
  async restartEngine(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.engine.stop(signal)
    await this.startEngine(0)
  }

  /** An engine in the place of one that has ended, or a further one; resolves when it can be dialled. */
  async startEngine(index: number, environment: Record<string, string> = {}): Promise<void> {
    const engine = new ChildService('engine', {
      DATABASE_URL: this.database.url,
      LINK_PORT: String(this.#linkPorts[index] ?? 0),
      LINK_SECRET,
      EVIDENCE_FOLDER: this.#evidence,
      ...environment,
    })
    this.engines[index] = engine
    const line: unknown = JSON.parse(await engine.line('linkPort'))
    this.#linkPorts[index] = (line as { linkPort: number }).linkPort
  }

  async stop(): Promise<void> {
    await Promise.all(this.#gateways.map((gateway) => gateway.stop()))
    await Promise.all([...this.engines, this.recorder].map((service) => service.stop()))
    await this.database.drop()
    rmSync(this.#evidence, { recursive: true, force: true })
  }

  #gatewayConfig(): GatewayConfig {
    return {
      OPS_HOST: '127.0.0.1',
      OPS_PORT: 0,
      RELEASE: 'test',
      LOG_LEVEL: 'silent',
      TLS_CERT_FILE: '',
      TLS_KEY_FILE: '',
      OPS_TLS: false,
      HOST: '127.0.0.1',
      PORT: 0,
      OPERATOR_HOST: '127.0.0.1',
      OPERATOR_PORT: 0,
      OPERATOR_TLS: true,
      OPERATOR_TOKEN: TOKEN,
      DATABASE_URL: this.database.url,
      CONNECTIONS_PLANNED: 0,
      HISTORY_DATABASE_URL: '',
      HISTORY_CONNECTIONS_MAX: 2,
      KEYS_AGE_MS_MAX,
      KEY_ENCRYPTION_KEY: this.keyEncryptionKey,
      ENGINE_URLS: this.engineUrls.join(','),
      LINK_SECRET,
      LINK_SECRET_FILE: '',
      LINK_AUTHENTICATION: 'required',
      LINK_TLS_CERT_FILE: '',
      LINK_TLS_KEY_FILE: '',
      LINK_TLS_CA_FILE: '',
      LINK_TLS_NAME: 'engine',
      SHARD: 0,
      INSTANCE: 'test',
      CONNECTIONS: 'own',
      HOLD_MS: 4000,
      LEASE_MS: 1500,
      DRAIN_FLOOR_MS: 0,
      DRAIN_MS: 1000,
      DRAIN_IDLE_MS: 0,
      EVICTION_MS: 1000,
      EVICTION_RATE: 500,
      HAND_OFF_MS: 8000,
      PRE_STOP_MS: 0,
      GRACE_MS: 30_000,
      QUEUE_MAX: 10_000,
      TRUST_PROXY: '',
      PROXY_PROTOCOL: '',
      UNSENT_BYTES_MAX: 64 * 1024 * 1024,
      REQUEST_MS_MAX: 10_000,
      LIMIT_WEIGHT_1M: 1_000_000,
      LIMIT_ORDERS_10S: 100_000,
      LIMIT_ORDERS_1D: LIMITS_DEFAULT.ordersPerDay,
      LIMIT_RAW_REQUESTS_5M: 1_000_000,
      LIMIT_CONNECTIONS_5M: 10_000,
      LIMIT_BANS: false,
      FLAGS_FILE: '',
      FLAGS_URL: '',
      FLAGS_TOKEN: '',
      FLAGS_POLL_MS: 2_000,
      FLAGS_KEPT_IN: '',
      FLAGS_ENVIRONMENT: 'test',
      REDIS_URL: '',
    }
  }
}

/** Resolves when every condition is met. */
async function ready(lifecycle: Lifecycle): Promise<void> {
  if (lifecycle.readiness().ok) return
  await new Promise<void>((resolve) => {
    lifecycle.onChange(() => {
      if (lifecycle.readiness().ok) resolve()
    })
  })
}
