/* oxlint-disable typescript/no-non-null-assertion -- a check would be measured with what is measured. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder, type TemporaryFolder } from '@uptick/commandline'
import { migrate, migrationSets } from '@uptick/journal'
import { freePort, type PostgresServer } from '@uptick/postgres'
import { OperatorClient } from '@uptick/operator'
import { orderPathFlags } from '@uptick/standalone'
import { startOwnPostgres } from '../../testing/own-postgres.ts'
import { Service } from './service.ts'

const OPERATOR_TOKEN = 'operator-token-of-the-bench'

const keyMigrations = {
  name: 'gateway',
  folder: fileURLToPath(new URL('../../../services/gateway/migrations/', import.meta.url)),
  table: 'gateway_migration',
}

/** The address for signed orders, and the trader's key. */
export interface Target {
  readonly port: number
  readonly key: string
  readonly secret: string
}

/** The path of an order and nothing else: one gateway, one engine, PostgreSQL, each a process. */
export interface OrderPath {
  /** A trader without limits. */
  readonly trader: Target
  readonly operator: OperatorClient
  readonly databaseUrl: string
  /** Process ids by name; PostgreSQL's is that of the server, whose children do its work. */
  readonly processes: Readonly<Record<'gateway' | 'engine' | 'postgres', number>>
  /** Link address of the engine, for gateways. */
  readonly linkUrl: string
  readonly linkSecret: string
  /** The services that run now; `revive` replaces one that ended. */
  readonly services: () => { readonly gateway: Service; readonly engine: Service }
  /** Restart the services that have ended. */
  revive(): Promise<void>
  /** Start the recorder, which follows the journal. Resolves with a function that stops it. */
  record(): Promise<() => Promise<void>>
  stop(): Promise<void>
}

const LINK_SECRET = randomBytes(32).toString('hex')

interface Pair {
  engine: Service
  gateway: Service
  readonly port: number
  readonly linkUrl: string
  readonly operator: OperatorClient
  readonly startEngine: () => Promise<Service>
  readonly startGateway: () => Promise<Service>
}

interface PairOptions {
  readonly databaseUrl: string
  readonly folder: string
  readonly secret: string
  readonly flags: readonly string[]
  readonly settings: Readonly<Record<string, string>>
}

async function startPair({ databaseUrl, folder, secret, flags, settings }: PairOptions): Promise<Pair> {
  const [link, port, operatorPort] = [await freePort(), await freePort(), await freePort()]
  const engineSettings = {
    DATABASE_URL: databaseUrl,
    LINK_PORT: String(link),
    LINK_SECRET,
    EVIDENCE_FOLDER: join(folder, 'evidence'),
  }
  const startEngine = (): Promise<Service> => Service.start('engine', engineSettings, flags)
  const gatewaySettings = {
    DATABASE_URL: databaseUrl,
    ENGINE_URLS: `ws://127.0.0.1:${link}/link`,
    LINK_SECRET,
    PORT: String(port),
    OPERATOR_PORT: String(operatorPort),
    OPERATOR_TOKEN,
    KEY_ENCRYPTION_KEY: secret,
    DRAIN_FLOOR_MS: '0',
    DRAIN_MS: '0',
    ...settings,
  }
  const startGateway = (): Promise<Service> => Service.start('gateway', gatewaySettings, flags)
  return {
    engine: await startEngine(),
    gateway: await startGateway(),
    port,
    linkUrl: `ws://127.0.0.1:${link}/link`,
    operator: new OperatorClient(`http://127.0.0.1:${operatorPort}`, OPERATOR_TOKEN),
    startEngine,
    startGateway,
  }
}

async function listTrader({ operator, port }: Pair): Promise<Target> {
  for (const code of ['BTC', 'USDT']) await operator.addAsset({ code, decimals: 8 })
  await operator.addSymbol({ base: 'BTC', quote: 'USDT', priceDecimals: 2, quantityDecimals: 5 })
  const account = await operator.addAccount('bench')
  await operator.deposit(account, { asset: 'BTC', amount: '100000' })
  await operator.deposit(account, { asset: 'USDT', amount: '9000000000' })
  const { apiKey, secret = '' } = await operator.addKey(account, { label: 'bench', type: 'HMAC', unlimited: true })
  return { port, key: apiKey, secret }
}

/**
 * Starts the path on a PostgreSQL of its own, with BTCUSDT listed.
 *
 * @param flags of Node for gateway and engine, those of `npm start` unless given: to profile them, or to try others
 * @param settings of the gateway, in addition to those that it needs
 */
export async function startOrderPath(
  flags: readonly string[] = orderPathFlags,
  settings: Readonly<Record<string, string>> = {},
): Promise<OrderPath> {
  const folder = temporaryFolder('uptick-bench-')
  const postgres = await startOwnPostgres({
    directory: join(folder.path, 'postgres'),
    password: 'bench',
    logFile: join(folder.path, 'postgres.log'),
    settings: { max_wal_size: '2GB', log_checkpoints: 'off' },
  })
  const databaseUrl = postgres.url()
  await migrate(databaseUrl, [...migrationSets, keyMigrations])
  const secret = randomBytes(32).toString('base64')
  // The first start compiles. Processes that strip types at their start run slower than all later ones.
  const options = { databaseUrl, folder: folder.path, secret, flags, settings }
  await stopPair(await startPair(options))
  const pair = await startPair(options)
  return {
    trader: await listTrader(pair),
    operator: pair.operator,
    databaseUrl,
    processes: { gateway: pair.gateway.process.pid!, engine: pair.engine.process.pid!, postgres: postgres.pid },
    linkUrl: pair.linkUrl,
    linkSecret: LINK_SECRET,
    services: () => pair,
    async revive() {
      if (!pair.engine.isRunning) pair.engine = await pair.startEngine()
      if (!pair.gateway.isRunning) pair.gateway = await pair.startGateway()
    },
    async record() {
      const recorder = await Service.start('recorder', { DATABASE_URL: databaseUrl }, flags)
      return () => recorder.stop()
    },
    stop: () => stopAll(pair, postgres, folder),
  }
}

async function stopPair({ gateway, engine }: Pair): Promise<void> {
  await gateway.stop()
  await engine.stop()
}

async function stopAll(pair: Pair, postgres: PostgresServer, folder: TemporaryFolder): Promise<void> {
  await stopPair(pair)
  await postgres.stop('immediate')
  await folder.remove()
}
