import { strict as assert } from 'node:assert'
import type { Server } from 'node:http'
import {
  type BoundedPool,
  connectionShortage,
  ListeningConnection,
  migrationSetsOf,
  openPool,
  SkipTable,
  waitForSchema,
} from '@uptick/journal'
import type { LookupFunction } from 'node:net'
import { dialWebSockets, openLinkKeys, openLinkTls, provenDial } from '@uptick/link'
import { LinkRole } from '@uptick/protocol'
import { openReadModel } from '@uptick/readmodel'
import {
  advise,
  ConfigError,
  describeDrain,
  exposeTls,
  type ServiceContext,
  systemClock,
  systemTimers,
  TlsEntrance,
} from '@uptick/runtime'
import { Flags } from '@uptick/runtime/flags'
import { addressSettings } from './addresses/address-settings.ts'
import { ClientAddresses } from './addresses/client-addresses.ts'
import { createGateway, type Gateway } from './app.ts'
import type { GatewayConfig } from './config.ts'
import { AddressBook } from './engine-link/address-book.ts'
import { ProxyEntrance } from './entrance/proxy-entrance.ts'
import { gatewayDrain } from './gateway-drain.ts'
import { HandedConnections } from './handed-connections.ts'
import { UnreadableKeys } from './keys/key-store.ts'
import { SecretBox } from './keys/secret-box.ts'
import type { CounterStore } from './limits/counter-store.ts'
import { MemoryStore } from './limits/memory-store.ts'
import type { LimitSettings } from './limits/rate-limits.ts'
import type { LineState } from './limits/redis-line.ts'
import { ActivationSchedule } from './operator/activation-schedule.ts'
import { ParentCounts } from './limits/parent-counts.ts'
import { RedisCounts } from './limits/redis-counts.ts'
import { SharedStore } from './limits/shared-store.ts'
import {
  delayObserver,
  exposeCounters,
  exposeEntrance,
  exposeGateway,
  holdObserver,
  operationObserver,
} from './metrics.ts'
import { reportOf } from './process-report.ts'

const CLOSE_MS_MAX = 2000
const READY_POLL_MS = 50
const LISTENING_CONNECTIONS = 1
const NOT_CONFIRMED = 'PostgreSQL does not say which API keys are in force: signed requests are refused'
/** The parent is on the same machine, and a user who watches the reported weight sees it grow with each request. */
const PARENT_SYNC_MS = 5

/** The ports that a gateway listens on. */
export interface GatewayPorts {
  readonly port: number
  readonly operatorPort: number
}

/**
 * Run the gateway with real PostgreSQL, sockets and clock. Listens when it resolves; undefined: it was stopped before.
 */
export async function runGateway(context: ServiceContext<GatewayConfig>): Promise<GatewayPorts | undefined> {
  const { config, log, metrics, lifecycle, onShutdown } = context
  if (!(await schemaIsThere(context))) return undefined
  const { database, pool } = openDatabase(context)
  const needs = { own: LISTENING_CONNECTIONS + config.HISTORY_CONNECTIONS_MAX, planned: config.CONNECTIONS_PLANNED }
  advise(context, 'connections', await connectionShortage(database, needs).catch(() => undefined))
  const readModel = openReadModel(config.DATABASE_URL, { shard: config.SHARD, pool, listening: database })
  onShutdown('read model', CLOSE_MS_MAX, () => readModel.close())
  const engineUrls = config.ENGINE_URLS.split(',').map((url) => url.trim())
  const engineAddresses = new AddressBook()
  onShutdown('addresses', CLOSE_MS_MAX, engineAddresses.follow(engineUrls, systemTimers))
  const { proxies, balancers } = addressSettings(config)
  const addresses = new ClientAddresses(proxies)
  const keys = await openLinkKeys(context)
  const isOptional = config.LINK_AUTHENTICATION === 'optional'
  const dial = dialWebSockets({ lookup: engineAddresses.lookup as LookupFunction, tls: await openLinkTls(context) })
  const flags = await Flags.open({ ...context, instance: config.INSTANCE })
  const gateway = createGateway({
    link: {
      urls: engineUrls,
      instance: config.INSTANCE,
      dial: provenDial(dial, { role: LinkRole.GATEWAY, keys, isOptional }),
      clock: systemClock,
      timers: systemTimers,
      random: Math.random,
      log: (message, detail) => log.info({ detail }, message),
      observer: holdObserver(metrics),
      queueMax: config.QUEUE_MAX,
      holdMs: config.HOLD_MS,
    },
    dialAsOperator: provenDial(dial, { role: LinkRole.OPERATOR, keys, isOptional }),
    database,
    lists: pool.statements,
    keysAgeMax: config.KEYS_AGE_MS_MAX,
    readModel,
    box: new SecretBox(Buffer.from(config.KEY_ENCRYPTION_KEY, 'base64')),
    skips: new SkipTable(database, config.SHARD),
    schedule: new ActivationSchedule(database, config.SHARD),
    limits: limitsOf(config),
    counters: openCounters(context, flags),
    flags,
    operatorToken: config.OPERATOR_TOKEN,
    process: reportOf(context),
    addresses,
    unsentBytesMax: config.UNSENT_BYTES_MAX,
    requestMsMax: config.REQUEST_MS_MAX,
    failed: (operation, error) => log.error({ err: error, operation }, 'a request failed'),
    measured: operationObserver(metrics),
    delayed: delayObserver(metrics),
  })
  exposeGateway(metrics, () => gateway)
  await gateway.start().catch((error: unknown) => {
    if (error instanceof UnreadableKeys) throw new ConfigError([error.message])
    throw error
  })
  followReadiness(context, gateway)
  onShutdown('gateway', config.HAND_OFF_MS, () => gateway.close())
  drainAtShutdown(context, gateway)
  // Each guard runs before all listeners for connections that exist so far, the drain included: the header precedes
  // TLS.
  secure(context, gateway, addresses)
  if (!balancers.isEmpty) guard(context, gateway, new ProxyEntrance({ addresses, balancers }))
  const ports = await listen(config, gateway)
  lifecycle.set('listening', true)
  log.info(ports, 'listening')
  return ports
}

/** Clients and viewers go elsewhere before the gateway ends. */
function drainAtShutdown(context: ServiceContext<GatewayConfig>, gateway: Gateway): void {
  const drain = gatewayDrain(gateway, context)
  const handed = context.config.CONNECTIONS === 'parent' ? takeConnections(context, gateway) : undefined
  context.onShutdown('drain', drain.boundMs, async (hurry) => {
    handed?.tell('leaving')
    gateway.overview.leave()
    const report = await drain.run(hurry)
    handed?.drained(describeDrain(report))
  })
}

/** Every connection to PostgreSQL: one for notifications and short queries, a few for history. */
function openDatabase({ config, onShutdown }: ServiceContext<GatewayConfig>): {
  database: ListeningConnection
  pool: BoundedPool
} {
  const database = new ListeningConnection(config.DATABASE_URL, 'uptick-gateway')
  onShutdown('database', CLOSE_MS_MAX, () => database.close())
  const isPooled = config.HISTORY_DATABASE_URL !== ''
  const pool = openPool(isPooled ? config.HISTORY_DATABASE_URL : config.DATABASE_URL, {
    name: 'uptick-gateway-history',
    max: config.HISTORY_CONNECTIONS_MAX,
    isPooled,
    // The history must contain what a trader was told. A pooler's backends are unknown.
    refusesStandbys: !isPooled,
  })
  onShutdown('history', CLOSE_MS_MAX, () => pool.close())
  return { database, pool }
}

function limitsOf(config: GatewayConfig): LimitSettings {
  return {
    requestWeightPerMinute: config.LIMIT_WEIGHT_1M,
    ordersPerTenSeconds: config.LIMIT_ORDERS_10S,
    ordersPerDay: config.LIMIT_ORDERS_1D,
    rawRequestsPerFiveMinutes: config.LIMIT_RAW_REQUESTS_5M,
    connectionsPerFiveMinutes: config.LIMIT_CONNECTIONS_5M,
    bans: config.LIMIT_BANS,
  }
}

/** A release starts its gateways and its migration at the same time. Returns false when stopped meanwhile. */
async function schemaIsThere({ config, lifecycle, onShutdown }: ServiceContext<GatewayConfig>): Promise<boolean> {
  const stopping = new AbortController()
  onShutdown('waiting for the schema', 100, () => stopping.abort())
  lifecycle.set('schema', false, 'not looked at yet')
  const isThere = await waitForSchema(config.DATABASE_URL, {
    sets: migrationSetsOf('journal', 'readmodel', 'gateway'),
    signal: stopping.signal,
    onWait: (reason) => lifecycle.set('schema', false, reason),
  })
  lifecycle.set('schema', isThere, isThere ? '' : 'stopping')
  return isThere
}

/**
 * Where limits are counted: with the other gateways through Redis or the parent, which no request waits for, else
 * alone.
 */
function openCounters(
  { config, lifecycle, log, metrics, onShutdown }: ServiceContext<GatewayConfig>,
  flags: Flags,
): CounterStore {
  const isOn = (): boolean => flags.isOn('shared-limits')
  if (config.REDIS_URL === '') {
    if (config.CONNECTIONS === 'own') return new MemoryStore()
    const line = new ParentCounts(process, systemTimers)
    const store = new SharedStore({ line, clock: systemClock, timers: systemTimers, isOn, syncMs: PARENT_SYNC_MS })
    store.start()
    onShutdown('counts', CLOSE_MS_MAX, () => store.close())
    return store
  }
  const changed = (state: LineState, reason: string): void => {
    const isUp = state === 'up'
    lifecycle.note('redis', isUp, isUp ? '' : reason)
    if (isUp) log.info('limits are counted together')
    else log.warn({ reason }, 'limits are counted by each gateway for itself')
  }
  const scope = `shard-${config.SHARD}`
  const line = new RedisCounts({ url: config.REDIS_URL, scope, timers: systemTimers, changed })
  const store = new SharedStore({ line, clock: systemClock, timers: systemTimers, isOn })
  lifecycle.note('redis', false, 'not connected yet')
  exposeCounters(metrics, () => store)
  store.start()
  onShutdown('redis', CLOSE_MS_MAX, () => store.close())
  return store
}

/** TLS for REST, WebSockets and the operator API, where there is a certificate. */
function secure(
  { certificate, config, metrics }: ServiceContext<GatewayConfig>,
  { rest, operator }: Gateway,
  addresses: ClientAddresses,
): void {
  if (certificate === undefined) return
  const guarded = (server: Server): TlsEntrance => {
    const entrance = new TlsEntrance({
      certificate,
      secured: (accepted, secured) => addresses.announce(secured, addresses.peerOf(accepted)),
    })
    entrance.guard(server)
    return entrance
  }
  exposeTls(metrics, {
    public: guarded(rest.server),
    ...(config.OPERATOR_TLS && { operator: guarded(operator.server) }),
  })
}

function guard(
  { metrics, onShutdown }: ServiceContext<GatewayConfig>,
  { rest }: Gateway,
  entrance: ProxyEntrance,
): void {
  entrance.guard(rest.server)
  exposeEntrance(metrics, () => entrance)
  onShutdown('entrance', CLOSE_MS_MAX, () => entrance.close())
}

async function listen(config: GatewayConfig, { rest, operator }: Gateway): Promise<GatewayPorts> {
  await operator.listen({ host: config.OPERATOR_HOST, port: config.OPERATOR_PORT })
  await rest.listen({ host: config.HOST, port: config.PORT })
  return { port: portOf(rest.server), operatorPort: portOf(operator.server) }
}

/** The parent listens instead. It is told whether this gateway is ready, and hands connections to gateways that are. */
function takeConnections(
  { lifecycle, onShutdown }: ServiceContext<GatewayConfig>,
  { rest, operator }: Gateway,
): HandedConnections {
  const handed = new HandedConnections(process, { public: rest.server, operator: operator.server })
  const timer = setInterval(() => handed.tell(lifecycle.readiness().ok ? 'ready' : 'not-ready'), READY_POLL_MS)
  onShutdown('handed connections', CLOSE_MS_MAX, () => clearInterval(timer))
  return handed
}

function followReadiness({ lifecycle, onShutdown }: ServiceContext<GatewayConfig>, gateway: Gateway): void {
  const look = (): void => {
    const { connected } = gateway.services.link.state
    lifecycle.set('leader-known', connected, connected ? '' : 'no engine has welcomed this gateway')
    const { isConfirmed } = gateway.services.keys
    lifecycle.set('keys-confirmed', isConfirmed, isConfirmed ? '' : NOT_CONFIRMED)
    const { ready } = gateway.feed.markets
    lifecycle.set('market-data', ready, ready ? '' : 'books are being loaded')
  }
  look()
  gateway.services.link.onState(look)
  const timer = setInterval(look, READY_POLL_MS)
  onShutdown('readiness', CLOSE_MS_MAX, () => clearInterval(timer))
}

function portOf(server: Server): number {
  const address = server.address()
  assert(address !== null && typeof address === 'object', 'the gateway listens on TCP')
  return address.port
}
