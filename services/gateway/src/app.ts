import type { FastifyInstance } from 'fastify'
import type { ListeningConnection, Queryable } from '@uptick/journal'
import type { ReadModel } from '@uptick/readmodel'
import type { Flags } from '@uptick/runtime/flags'
import type { ClientAddresses } from './addresses/client-addresses.ts'
import { Clients } from './clients/clients.ts'
import { EngineLink } from './engine-link/link.ts'
import type { LinkOptions } from './engine-link/link-options.ts'
import type { Dial } from './engine-link/socket.ts'
import { KeyStore } from './keys/key-store.ts'
import { KEY_CHANNEL, KeyTable } from './keys/key-table.ts'
import type { SecretBox } from './keys/secret-box.ts'
import type { DelayObserver } from './feed/feed-delay.ts'
import { creditFills } from './feed/fill-credits.ts'
import type { CounterStore } from './limits/counter-store.ts'
import type { Limits } from './limits/limits.ts'
import { type LimitSettings, RateLimits } from './limits/rate-limits.ts'
import { type Feed, followFeed } from './streams/follow-feed.ts'
import { recordedHistory } from './market/recorded-history.ts'
import { pastReader } from './feed/past-reader.ts'
import { Dispatcher } from './operations/dispatcher.ts'
import { createHistory } from './operations/history.ts'
import { createRegistry } from './operations/registry.ts'
import type { ActivationSchedule } from './operator/activation-schedule.ts'
import { DueActivations } from './operator/due-activations.ts'
import { HoldCount } from './overview/hold-count.ts'
import { type OverviewOptions, type ProcessReport, ShardOverview } from './overview/overview.ts'
import { OperatorLine } from './operator/operator-line.ts'
import { createOperatorServer, type Skips } from './operator/operator-server.ts'
import { createRest } from './rest/rest.ts'
import type { Services } from './operations/services.ts'
import { SocketServer } from './handshake/socket-server.ts'

export interface GatewayOptions {
  readonly link: LinkOptions
  /** Dials engines with the role of an operator. */
  readonly dialAsOperator: Dial
  /** For short queries that must not wait for history. */
  readonly database: Pick<ListeningConnection, 'query' | 'listen'>
  /** For queries that may take long. */
  readonly lists: Queryable
  /** How old the last confirmation of the keys may be, ms. Past it no client is let in. */
  readonly keysAgeMax: number
  readonly readModel: ReadModel
  readonly box: SecretBox
  readonly skips: Skips
  readonly schedule: ActivationSchedule
  readonly limits: LimitSettings
  /** Where requests and orders are counted. */
  readonly counters: CounterStore
  readonly operatorToken: string
  /** This process, for operators. */
  readonly process: ProcessReport
  readonly flags: Pick<Flags, 'isOn' | 'state'>
  readonly addresses: ClientAddresses
  /** Bytes that all clients together may leave unread. */
  readonly unsentBytesMax?: number
  /** How long a request may take to arrive, ms. */
  readonly requestMsMax?: number
  /** Reports an internal failure. */
  readonly failed: (operation: string, error: unknown) => void
  /** Seconds that an operation took, for metrics. */
  readonly measured?: (operation: string, status: number, seconds: number) => void
  /** How late the streams are, for metrics. */
  readonly delayed?: DelayObserver
}

/** A gateway that is built but not listening yet. */
export interface Gateway {
  readonly services: Services
  /** Binance's interface; its `server` also carries the WebSockets. */
  readonly rest: FastifyInstance
  readonly operator: FastifyInstance
  readonly sockets: SocketServer
  readonly clients: Clients
  readonly feed: Feed
  readonly overview: ShardOverview
  /** Load the keys and dial the engine. */
  start(): Promise<void>
  /** Close the WebSockets, answer the requests that are held, close both servers. */
  close(): Promise<void>
}

/** Build a gateway. It dials nothing and listens on nothing before `start` and the servers' `listen`. */
export function createGateway(options: GatewayOptions): Gateway {
  const { failed } = options
  const { clock, timers, log } = options.link
  const holds = new HoldCount(clock, options.link.observer)
  const link = new EngineLink({ ...options.link, observer: holds })
  const limits = new RateLimits(options.limits, clock, options.counters)
  const history = recordedHistory(options.readModel)
  const [credits, readPast] = [creditFills(link, limits), pastReader(options.link)]
  const { delayed } = options
  const feed = followFeed({ link, credits, history, readPast, delayed, clock, timers, log })
  const { markets } = feed
  const keyTable = new KeyTable(options.database, options.lists, options.box)
  const keys = new KeyStore(keyTable, {
    clock,
    timers,
    ageMax: options.keysAgeMax,
    failed: (error) => failed('keys', error),
  })
  const services: Services = {
    clock,
    link,
    catalogue: link.catalogue,
    market: markets,
    history: createHistory(options.readModel),
    limits,
    keys,
    flags: options.flags,
  }
  const { rest, sockets, clients } = publicSide(options, services, feed)
  const overview = overviewOf(options, services, { sockets, clients, holds })
  const { operator, line, due } = operatorSide(options, services, { keyTable, overview })
  return {
    services,
    rest,
    operator,
    sockets,
    clients,
    feed,
    overview,
    async start() {
      await keys.start()
      options.database.listen(KEY_CHANNEL, () => void keys.refresh().catch((error: unknown) => failed('keys', error)))
      // Recorded outcomes are read from the read model; a feed from the beginning would only take longer.
      const recorded = await options.readModel.recordedThrough().catch(() => 0)
      link.start({ feedFrom: recorded + 1 })
      due.start()
      overview.watch.start()
    },
    async close() {
      keys.close()
      due.close()
      overview.close()
      await sockets.close()
      await Promise.all([rest.close(), operator.close()])
      clients.close()
      feed.close()
      line.close()
      link.close()
    },
  }
}

/** The part that serves operators, on another HTTP server. */
function operatorSide(
  options: GatewayOptions,
  { link, keys }: Services,
  { keyTable, overview }: { readonly keyTable: KeyTable; readonly overview: ShardOverview },
): { readonly operator: FastifyInstance; readonly line: OperatorLine; readonly due: DueActivations } {
  const { database, failed, flags, operatorToken: token, schedule, skips } = options
  const engines = { ...options.link, dial: options.dialAsOperator }
  const line = new OperatorLine(engines, link)
  const due = new DueActivations({ schedule, line, timers: engines.timers, failed })
  const shown = { link, line, engines, keys, keyTable, overview }
  return { operator: createOperatorServer({ ...shown, token, database, schedule, skips, flags, failed }), line, due }
}

function overviewOf(
  { flags, link: engines, process }: GatewayOptions,
  { clock, link, keys }: Services,
  counted: Pick<OverviewOptions, 'sockets' | 'clients' | 'holds'>,
): ShardOverview {
  const { timers } = engines
  const said = { databaseAge: () => keys.age, flags: () => flags.state() }
  return new ShardOverview({ ...counted, ...said, link, engines, process, clock, timers })
}

/** The part that serves traders, on one HTTP server. */
function publicSide(
  options: GatewayOptions,
  services: Services,
  feed: Feed,
): Pick<Gateway, 'rest' | 'sockets' | 'clients'> {
  const { addresses, failed, measured, requestMsMax } = options
  const clients = clientsOf(options, services.limits)
  const dispatcher = new Dispatcher(services)
  const registry = createRegistry()
  const shared = { dispatcher, registry, clients, addresses, failed, ...(measured !== undefined && { measured }) }
  const rest = createRest({
    ...shared,
    welcome: services,
    requestMsMax,
    isPlain: () => options.flags.isOn('plain-http'),
  })
  const sockets = new SocketServer({ ...shared, feed })
  sockets.attach(rest.server)
  return { rest, sockets, clients }
}

/** A proxy's address stands for many clients, so no client is judged by it. */
function clientsOf({ addresses, failed, unsentBytesMax }: GatewayOptions, limits: Limits): Clients {
  return new Clients({
    addresses,
    failed,
    unsentBytesMax,
    refuses: (address) => !addresses.isProxy(address) && limits.refuses(address),
    charge: (address) => {
      if (!addresses.isProxy(address)) limits.request(address, 1)
    },
  })
}
