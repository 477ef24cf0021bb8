import {
  Counter,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  readCounters,
  readCountersBy,
  declareProcessMetrics,
  declareServerMetrics,
  readGauges,
  type Registry,
  unread,
} from '@uptick/runtime'
import { declareFlagMetrics } from '@uptick/runtime/flags'
import type { Gateway } from './app.ts'
import type { DelayObserver } from './feed/feed-delay.ts'
import type { HoldObserver } from './engine-link/pipe-options.ts'
import type { ProxyEntrance } from './entrance/proxy-entrance.ts'
import type { SharedStore } from './limits/shared-store.ts'
import type { StreamHub } from './streams/stream-hub.ts'

/** HTTP statuses of failures that are not the client's: internal, busy (-1008), outcome unknown (-1007). */
const FAILURES = [500, 503, 504] as const

/** Counts and times every operation, whatever its transport. */
export function operationObserver(registry: Registry): (operation: string, status: number, seconds: number) => void {
  const requests = new Counter({
    name: 'gateway_requests_total',
    help: 'Operations answered, by their HTTP status',
    labelNames: ['operation', 'status'],
    registers: [registry],
  })
  const latency = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'From the request to its answer: for an order its acknowledgement',
    labelNames: ['operation'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  })
  const observed = new Map<string, OperationMetrics>()
  return (operation, status, seconds) => {
    let own = observed.get(operation)
    if (own === undefined) {
      own = { latency: latency.labels(operation), byStatus: new Map() }
      // They exist from the first request on, so that a rate sees the first failure of all.
      for (const failure of FAILURES) requests.inc({ operation, status: String(failure) }, 0)
      observed.set(operation, own)
    }
    let count = own.byStatus.get(status)
    if (count === undefined) {
      count = requests.labels(operation, String(status))
      own.byStatus.set(status, count)
    }
    count.inc()
    own.latency.observe(seconds)
  }
}

/** How long a change of leader held callers, and how many got an error. */
export function holdObserver(registry: Registry): HoldObserver {
  const hold = new Histogram({
    name: 'gateway_hold_duration_seconds',
    help: 'Commands that met a change of leader: from the request to its outcome',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  })
  const gaveUp = new Counter({
    name: 'gateway_hold_exceeded_total',
    help: 'Commands that were answered before their outcome was known: busy (-1008) or unknown (-1007)',
    labelNames: ['answer'],
    registers: [registry],
  })
  // Both series exist from the start, so that a rate over them has no gap.
  for (const answer of ['busy', 'unknown']) gaveUp.inc({ answer }, 0)
  return {
    held: (milliseconds) => hold.observe(milliseconds / 1000),
    gaveUp: (answer) => gaveUp.inc({ answer }),
  }
}

/** How late the streams of this gateway are. */
export function delayObserver(registry: Registry): DelayObserver {
  const delay = new Histogram({
    name: 'gateway_feed_delay_seconds',
    help: 'From the journaled time of the newest outcome of a frame until the streams have told it',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  })
  return (seconds) => delay.observe(seconds)
}

/** Counters of one operation with resolved labels: prom-client would build a key from the labels at each call. */
interface OperationMetrics {
  readonly latency: Histogram.Internal<'operation'>
  readonly byStatus: Map<number, Counter.Internal>
}

/** The link to the engine, the clients and the streams, read at each scrape. */
export function exposeGateway(registry: Registry, gateway: () => Gateway): void {
  exposeLink(registry, gateway)
  exposeClients(registry, gateway)
  exposeStreams(registry, gateway)
}

function exposeLink(registry: Registry, gateway: () => Gateway): void {
  const state = (): Gateway['services']['link']['state'] => gateway().services.link.state
  readGauges(registry, [
    ['gateway_link_connected', '1 when an engine leads and has welcomed this gateway', () => Number(state().connected)],
    ['gateway_link_epoch', 'Epoch of the leader', () => state().epoch],
    ['gateway_link_sequence', 'Last outcome received', () => state().sequence],
    ['gateway_link_queued_commands', 'Commands held until they can be sent', () => state().queued],
    ['gateway_link_unanswered_commands', 'Commands sent and not answered', () => state().unanswered],
  ])
}

function exposeClients(registry: Registry, gateway: () => Gateway): void {
  readGauges(registry, [
    ['gateway_client_connections', 'Open connections of clients', () => gateway().clients.open],
    [
      'gateway_unsent_bytes',
      'Bytes that were written to clients and that they have not taken',
      () => gateway().clients.unsentBytes,
    ],
    [
      'gateway_keys_age_seconds',
      'How long ago PostgreSQL confirmed the API keys; signed requests are refused past KEYS_AGE_MS_MAX',
      () => gateway().services.keys.age / 1000,
    ],
    ['gateway_websocket_connections', 'Open WebSockets', () => gateway().sockets.connections],
  ])
  readCounters(registry, [
    [
      'gateway_websocket_messages_sent_total',
      'Messages sent on WebSockets',
      () => gateway().sockets.counters.sentMessages,
    ],
    [
      'gateway_websocket_slow_readers_total',
      'WebSockets closed because too much was unread',
      () => gateway().sockets.counters.slowReaders,
    ],
  ])
  readCountersBy(registry, {
    name: 'gateway_connections_ended_total',
    help: 'Connections that the gateway ended: by their own fault or past a bound',
    label: 'reason',
    read: () => gateway().clients.counters,
  })
}

function exposeStreams(registry: Registry, gateway: () => Gateway): void {
  const sum = (read: (hub: StreamHub) => number): number => {
    const { accounts, streams } = gateway().feed
    return read(accounts.hub) + read(streams.hub)
  }
  readGauges(registry, [
    ['gateway_numbered_subscriptions', 'Subscriptions that can be resumed', () => sum((hub) => hub.numberedSize)],
    ['gateway_feed_kept_bytes', 'Outcomes kept for streams that resume', () => gateway().feed.memory.bytes],
  ])
  readCounters(registry, [
    [
      'gateway_past_reads_total',
      'How often an engine was asked for outcomes of the past',
      () => gateway().feed.memory.pastReads,
    ],
  ])
  readCountersBy(registry, {
    name: 'gateway_stream_resumes_total',
    help: 'Streams that came back: resumed where they were, or begun anew because their position is too old or unknown',
    label: 'outcome',
    read: () => ({
      resumed: sum(({ counters }) => counters.resumed),
      'too-old': sum(({ counters }) => counters.tooOld),
      unknown: sum(({ counters }) => counters.unknown),
    }),
  })
}

/** Limits that are counted together with other gateways. */
export function exposeCounters(registry: Registry, store: () => SharedStore): void {
  readGauges(registry, [
    ['gateway_redis_up', '1 while limits are counted together with the other gateways', () => Number(store().isUp)],
    ['gateway_redis_pending_counts', 'Counts that Redis has not been told of', () => store().pending],
  ])
  readCounters(registry, [
    ['gateway_redis_exchanges_total', 'Exchanges with Redis', () => store().counters.exchanges],
    ['gateway_redis_failures_total', 'Exchanges that failed or took too long', () => store().counters.failures],
  ])
}

/** Balancers that announce their clients. */
export function exposeEntrance(registry: Registry, entrance: () => ProxyEntrance): void {
  readGauges(registry, [
    [
      'gateway_proxy_waiting_connections',
      'Connections of balancers whose PROXY header has not come',
      () => entrance().waiting,
    ],
  ])
  readCounters(registry, [
    ['gateway_proxy_announced_total', 'Clients that balancers announced', () => entrance().counters.announced],
    [
      'gateway_proxy_refused_total',
      'Connections of balancers without a PROXY header in time',
      () => entrance().counters.refused,
    ],
  ])
}

/** Every metric that a gateway can have, whatever its settings, to be listed. */
export function declareMetrics(registry: Registry): void {
  declareProcessMetrics(registry)
  declareServerMetrics(registry)
  declareFlagMetrics(registry)
  operationObserver(registry)
  holdObserver(registry)
  delayObserver(registry)
  exposeGateway(registry, unread)
  exposeCounters(registry, unread)
  exposeEntrance(registry, unread)
}
