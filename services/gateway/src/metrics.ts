import { Counter, Gauge, Histogram, LATENCY_BUCKETS_SECONDS, type Registry } from '@uptick/runtime'
import type { Gateway } from './app.ts'
import type { HoldObserver } from './engine-link/pipe-options.ts'
import type { ProxyEntrance } from './entrance/proxy-entrance.ts'
import type { SharedStore } from './limits/shared-store.ts'
import type { StreamHub } from './streams/stream-hub.ts'

/** Counts and times every operation, whatever its transport. */
export function operationObserver(registry: Registry): (operation: string, status: number, seconds: number) => void {
  const requests = new Counter({
    name: 'gateway_requests_total',
    help: 'Operations by their HTTP status',
    labelNames: ['operation', 'status'],
    registers: [registry],
  })
  const latency = new Histogram({
    name: 'gateway_request_seconds',
    help: 'From the request to its answer',
    labelNames: ['operation'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  })
  const observed = new Map<string, OperationMetrics>()
  return (operation, status, seconds) => {
    let own = observed.get(operation)
    if (own === undefined) {
      own = { latency: latency.labels(operation), byStatus: new Map() }
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
    name: 'gateway_hold_seconds',
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

/** Counters of one operation with resolved labels: prom-client would build a key from the labels at each call. */
interface OperationMetrics {
  readonly latency: Histogram.Internal<'operation'>
  readonly byStatus: Map<number, Counter.Internal>
}

/** The link to the engine and the WebSockets, read at each scrape. */
export function exposeGateway(registry: Registry, gateway: Gateway): void {
  const { link } = gateway.services
  const gauges: ReadGauge[] = [
    [
      'gateway_link_connected',
      '1 when an engine leads and has welcomed this gateway',
      () => Number(link.state.connected),
    ],
    ['gateway_link_epoch', 'Epoch of the leader', () => link.state.epoch],
    ['gateway_link_sequence', 'Last outcome received', () => link.state.sequence],
    ['gateway_link_queued', 'Commands held until they can be sent', () => link.state.queued],
    ['gateway_link_unanswered', 'Commands sent and not answered', () => link.state.unanswered],
    ['gateway_client_connections', 'Open connections of clients', () => gateway.clients.open],
    [
      'gateway_unsent_bytes',
      'Bytes that were written to clients and that they have not taken',
      () => gateway.clients.unsentBytes,
    ],
    [
      'gateway_keys_age_seconds',
      'How long ago PostgreSQL confirmed the API keys; signed requests are refused past KEYS_AGE_MS_MAX',
      () => gateway.services.keys.age / 1000,
    ],
    ['gateway_websockets', 'Open WebSockets', () => gateway.sockets.connections],
    [
      'gateway_websocket_messages_sent',
      'Messages sent on WebSockets since the start',
      () => gateway.sockets.counters.sentMessages,
    ],
    [
      'gateway_websocket_slow_readers',
      'WebSockets closed because too much was unread, since the start',
      () => gateway.sockets.counters.slowReaders,
    ],
  ]
  const { memory, accounts, streams } = gateway.feed
  const hubs = [accounts.hub, streams.hub]
  const sum = (read: (hub: StreamHub) => number): number => hubs.reduce((all, hub) => all + read(hub), 0)
  gauges.push(
    ['gateway_numbered_subscriptions', 'Subscriptions that can be resumed', () => sum((hub) => hub.numberedSize)],
    [
      'gateway_resumed',
      'Streams that went on where they were, since the start',
      () => sum((hub) => hub.counters.resumed),
    ],
    [
      'gateway_resume_failed',
      'Streams that had to begin anew from a snapshot, since the start',
      () => sum(({ counters }) => counters.tooOld + counters.unknown),
    ],
    ['gateway_feed_kept_bytes', 'Outcomes kept for streams that resume', () => memory.bytes],
    [
      'gateway_past_reads',
      'How often an engine was asked for outcomes of the past, since the start',
      () => memory.pastReads,
    ],
  )
  register(registry, gauges)
  exposeEnds(registry, gateway)
}

/** Connections that the gateway ended, by the reason. */
function exposeEnds(registry: Registry, { clients }: Gateway): void {
  registry.registerMetric(
    new Gauge({
      name: 'gateway_connections_ended',
      help: 'Connections that ended by their own fault or past a bound, since the start',
      labelNames: ['reason'],
      registers: [],
      collect() {
        for (const [reason, count] of Object.entries(clients.counters)) this.set({ reason }, count)
      },
    }),
  )
}

/** Limits that are counted together with other gateways. */
export function exposeCounters(registry: Registry, store: SharedStore): void {
  register(registry, [
    ['gateway_redis_up', '1 while limits are counted together with the other gateways', () => Number(store.isUp)],
    ['gateway_redis_exchanges', 'Exchanges with Redis since the start', () => store.counters.exchanges],
    [
      'gateway_redis_failures',
      'Exchanges that failed or took too long, since the start',
      () => store.counters.failures,
    ],
    ['gateway_redis_pending', 'Counts that Redis has not been told of', () => store.pending],
  ])
}

/** Balancers that announce their clients. */
export function exposeEntrance(registry: Registry, entrance: ProxyEntrance): void {
  register(registry, [
    ['gateway_proxy_waiting', 'Connections of balancers whose PROXY header has not come', () => entrance.waiting],
    ['gateway_proxy_announced', 'Clients that balancers announced, since the start', () => entrance.counters.announced],
    [
      'gateway_proxy_refused',
      'Connections of balancers without a PROXY header in time, since the start',
      () => entrance.counters.refused,
    ],
  ])
}

type ReadGauge = readonly [name: string, help: string, read: () => number]

function register(registry: Registry, gauges: readonly ReadGauge[]): void {
  for (const [name, help, read] of gauges) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read())
        },
      }),
    )
  }
}
