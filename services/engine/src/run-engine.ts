import { Exchange, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import {
  type BoundedPool,
  connectionShortage,
  OneServer,
  openJournal,
  openLease,
  openPool,
  type PostgresJournal,
  PostgresRoster,
  Presence,
  PROCESS_CONNECTIONS,
  type Queryable,
} from '@uptick/journal'
import { advise, processName, processStart, type ServiceContext, systemClock, systemTimers } from '@uptick/runtime'
import { dialWebSockets, openLinkKeys, openLinkTls, provenDial } from '@uptick/link'
import { LinkRole } from '@uptick/protocol'
import type { EngineConfig } from './config.ts'
import { EvidenceFolder } from './containment.ts'
import { databaseFits, watchReplication } from './database-fit.ts'
import { NEVER_LEADS, type EngineSettings } from './engine-seams.ts'
import { Engine } from './engine.ts'
import type { LinkHandler } from './link-handler.ts'
import { LINK_PATH, LinkServer } from './link-server.ts'
import { HAND_OFF_MS_MAX } from './limits.ts'
import { batchObserver, exposeEngine } from './metrics.ts'
import { rehearseLeading, rehearseLinks } from './rehearsal.ts'
import { recordedThroughIn } from './recorded-through.ts'
import type { DialMember, LinkSocket, OpenExchange } from './seams.ts'

const CLOSE_MS_MAX = 2_000
const CONNECTIONS_MAX = PROCESS_CONNECTIONS.engine
/** For reading, notices and snapshots; those for writing, for the lease and for listening come on top. */
const POOL_MAX = CONNECTIONS_MAX - 3

type Context = ServiceContext<EngineConfig>

/** What tests replace. */
export interface Replacements {
  /** A state machine with a planted fault. */
  readonly openExchange?: OpenExchange
  /** Of another release. */
  readonly behaviours?: readonly number[]
}

/** The engine with its real surroundings: PostgreSQL, sockets, the clock. Returns the port for gateways; undefined when it was stopped before. */
export async function runEngine(
  context: Context,
  replacements: Replacements = {},
): Promise<{ engine: Engine; linkPort: number } | undefined> {
  const { config, log, metrics, lifecycle, onShutdown, fail } = context
  const shard = config.SHARD
  lifecycle.set('one-server', true)
  const databaseServer = new OneServer((reason) => lifecycle.set('one-server', reason === undefined, reason))
  const pool = openPool(config.DATABASE_URL, { name: 'uptick-engine', max: POOL_MAX, server: databaseServer })
  onShutdown('pool', CLOSE_MS_MAX, () => pool.close())
  if (!(await databaseFits(context, pool))) return undefined
  await adviseOnConnections(context, pool)
  watchReplication(context, pool)
  const journal = journalOf(context, pool, databaseServer)
  onShutdown('journal', CLOSE_MS_MAX, () => journal.close())
  const keys = await openLinkKeys(context)
  const tls = await openLinkTls(context)
  const isOptional = config.LINK_AUTHENTICATION === 'optional'
  const dialMember = provenDial(dialWebSockets({ tls }), { role: LinkRole.MEMBER, keys, isOptional })
  let connect: ((socket: LinkSocket) => LinkHandler) | undefined
  const server = await LinkServer.listen({
    host: config.LINK_HOST,
    port: config.LINK_PORT,
    certificate: tls?.certificate,
    connect: (socket) => connect?.(socket),
    disconnected: (handler) => engine.disconnected(handler),
  })
  onShutdown('links', CLOSE_MS_MAX, () => server.close())
  const ownUrl = `${tls ? 'wss' : 'ws'}://${config.LINK_HOST}:${server.port}${LINK_PATH}`
  const url = config.LINK_URL || ownUrl
  const holder = processName(config.INSTANCE)
  const settings = engineSettings(config, { url, holder }, replacements)
  const entry = { place: url, holder, behaviours: settings.behaviours }
  const presence = new Presence(new PostgresRoster(pool, shard), systemTimers, entry)
  onShutdown('presence', CLOSE_MS_MAX, () => presence.stop())
  let hasLed = false
  const engine = new Engine(
    {
      journal,
      lease: openLease(journal, config.DATABASE_URL, { shard, holder, url, leaseMs: config.LEASE_MS }),
      others: () => presence.others,
      dialMember,
      door: { keys, isOptional },
      clock: systemClock,
      timers: systemTimers,
      evidence: new EvidenceFolder(config.EVIDENCE_FOLDER),
      openExchange:
        replacements.openExchange ?? ((snapshot) => (snapshot ? Exchange.restore(snapshot) : new Exchange({ shard }))),
      recordedThrough: recordedThroughIn(pool, shard),
      rehearse: rehearsals(journal, dialMember, ownUrl, () => hasLed),
      conditions: lifecycle,
      unmet: () => lifecycle.unmet(),
      log,
      observer: batchObserver(metrics),
      fail,
    },
    settings,
  )
  connect = (socket) => engine.connect(socket)
  engine.onRole((role) => {
    if (role === 'leading') hasLed = true
    if (NEVER_LEADS.has(role)) void presence.stop()
    log.info({ role }, 'role changed')
  })
  exposeEngine(metrics, () => engine, config.ACK_POLICY)
  onShutdown('engine', HAND_OFF_MS_MAX, () => engine.stop())
  log.info({ linkPort: server.port, url, holder }, 'listening for gateways')
  await engine.start()
  return { engine, linkPort: server.port }
}

function journalOf({ config, log }: Context, pool: BoundedPool, server: OneServer): PostgresJournal {
  return openJournal(config.DATABASE_URL, {
    shard: config.SHARD,
    pool,
    server,
    isSynchronous: config.ACK_POLICY === 'journal-synchronous',
    onTrouble: (error) => log.warn({ err: error }, 'journal trouble in the background'),
    onWarning: ({ message, code }) => log.warn({ warning: message, code }, 'PostgreSQL warns'),
  })
}

function engineSettings(
  config: EngineConfig,
  { url, holder }: { readonly url: string; readonly holder: string },
  { behaviours = SUPPORTED_BEHAVIOURS }: Replacements,
): EngineSettings {
  return {
    behaviours,
    process: { name: config.INSTANCE, process: holder, release: config.RELEASE, startedAt: processStart() },
    shard: config.SHARD,
    url,
    ackPolicy: config.ACK_POLICY,
    appendsInFlightMax: config.APPENDS_IN_FLIGHT_MAX,
    retainedBytesMax: config.RETAINED_BYTES_MAX,
    leaseMs: config.LEASE_MS,
    snapshots: {
      commands: config.SNAPSHOT_COMMANDS,
      seconds: config.SNAPSHOT_SECONDS,
      kept: config.SNAPSHOTS_KEPT,
    },
  }
}

async function adviseOnConnections(context: Context, pool: Queryable): Promise<void> {
  const needs = { own: CONNECTIONS_MAX, planned: context.config.CONNECTIONS_PLANNED }
  advise(context, 'connections', await connectionShortage(pool, needs).catch(() => undefined))
}

/** The process is made ready to lead once, unless it has led; the connection each time: it may be a new one. */
function rehearsals(
  journal: PostgresJournal,
  dialMember: DialMember,
  url: string,
  hasLed: () => boolean,
): () => Promise<void> {
  let isReady: Promise<void> | undefined
  const once = async (): Promise<void> => {
    await rehearseLeading(systemClock, systemTimers)
    // An address that it cannot dial itself only means less practice.
    await rehearseLinks(url, dialMember, systemTimers).catch(() => undefined)
  }
  return async () => {
    // Without practice it leads a little slower.
    if (!hasLed()) await (isReady ??= once().catch(() => undefined))
    await journal.rehearse()
  }
}
