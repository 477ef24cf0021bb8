import { BAD, GOOD, PALETTE, WARNING } from '../grafana/palette.ts'
import type { BoardSpec, RowSpec } from '../grafana/spec.ts'
import { tracedPercentiles } from './percentiles.ts'
import { processesRow } from './processes.ts'
import { INSTANCE, orZero, quantile, sumRate } from './promql.ts'

const LATENCY = 'gateway_request_duration_seconds'
const BY_INSTANCE = '{{instance}}'

const requests: RowSpec = {
  title: 'Requests',
  panels: [
    {
      kind: 'lines',
      title: 'Requests by status',
      description: 'Answers by HTTP status, REST and WebSocket API together.',
      unit: 'reqps',
      queries: [{ expr: sumRate('gateway_requests_total', INSTANCE, 'status'), legend: '{{status}}' }],
    },
    {
      kind: 'lines',
      title: 'Requests by gateway',
      description: 'Balancers should spread them evenly; clients with many connections may not.',
      unit: 'reqps',
      queries: [{ expr: sumRate('gateway_requests_total', INSTANCE, 'instance'), legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Latency, all operations',
      description: 'From a request to its answer. A point is one request, and leads to its trace.',
      unit: 's',
      queries: tracedPercentiles(LATENCY, INSTANCE),
    },
    {
      kind: 'lines',
      title: 'Latency by operation, p99',
      description: 'The five slowest operations that were asked for.',
      unit: 's',
      queries: [{ expr: `topk(5, ${quantile(0.99, LATENCY, INSTANCE, 'operation')} >= 0)`, legend: '{{operation}}' }],
    },
  ],
}

const link: RowSpec = {
  title: 'Link to the leader',
  panels: [
    {
      kind: 'states',
      title: 'Linked',
      description: 'Whether an engine leads and has welcomed the gateway.',
      unit: 'none',
      words: [
        { value: 1, word: 'linked', colour: GOOD },
        { value: 0, word: 'not linked', colour: BAD },
      ],
      queries: [{ expr: `gateway_link_connected{${INSTANCE}}`, legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Commands on their way',
      description: 'Sent and not answered yet, and held until there is a leader.',
      unit: 'short',
      queries: [
        { expr: `gateway_link_unanswered_commands{${INSTANCE}}`, legend: 'sent, {{instance}}' },
        { expr: `gateway_link_queued_commands{${INSTANCE}}`, legend: 'held, {{instance}}' },
      ],
    },
    {
      kind: 'lines',
      title: 'Age of API keys',
      description:
        'Since PostgreSQL confirmed which keys are in force. Signed requests are refused past the bound of 10 s.',
      unit: 's',
      steps: [
        { value: undefined, colour: GOOD },
        { value: 5, colour: WARNING },
        { value: 10, colour: BAD },
      ],
      queries: [{ expr: `gateway_keys_age_seconds{${INSTANCE}}`, legend: BY_INSTANCE }],
    },
  ],
}

const clients: RowSpec = {
  title: 'Clients',
  panels: [
    {
      kind: 'lines',
      title: 'Connections',
      description: 'Open connections of clients.',
      unit: 'short',
      queries: [{ expr: `gateway_client_connections{${INSTANCE}}`, legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Connections ended',
      description: 'Ended by the gateway because of the client: its fault, or past a bound.',
      unit: 'ops',
      queries: [{ expr: sumRate('gateway_connections_ended_total', INSTANCE, 'reason'), legend: '{{reason}}' }],
    },
    {
      kind: 'lines',
      title: 'Unsent bytes',
      description: 'Written to clients and not taken by them. Clients that do not read are closed at the bound.',
      unit: 'bytes',
      queries: [{ expr: `gateway_unsent_bytes{${INSTANCE}}`, legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'TLS handshakes',
      description: 'By how they ended. 0 where a balancer terminates TLS.',
      unit: 'ops',
      queries: [
        { expr: orZero(sumRate('tls_handshakes_total', `${INSTANCE}, outcome="succeeded"`)), legend: 'succeeded' },
        {
          expr: orZero(sumRate('tls_handshakes_total', `${INSTANCE}, outcome="failed"`)),
          legend: 'failed',
          colour: PALETTE.vermilion,
        },
      ],
    },
  ],
}

const streams: RowSpec = {
  title: 'Streams',
  panels: [
    {
      kind: 'lines',
      title: 'WebSockets',
      description: 'Open WebSockets.',
      unit: 'short',
      queries: [{ expr: `gateway_websocket_connections{${INSTANCE}}`, legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Messages',
      description: 'Messages sent on WebSockets.',
      unit: 'ops',
      queries: [{ expr: sumRate('gateway_websocket_messages_sent_total', INSTANCE, 'instance'), legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Slow readers',
      description: 'WebSockets closed because too much was unread.',
      unit: 'ops',
      queries: [{ expr: sumRate('gateway_websocket_slow_readers_total', INSTANCE, 'instance'), legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Resumed streams',
      description: 'Numbered streams that came back: without a gap, or from a snapshot (too-old, unknown).',
      unit: 'ops',
      queries: [{ expr: sumRate('gateway_stream_resumes_total', INSTANCE, 'outcome'), legend: '{{outcome}}' }],
    },
  ],
}

const edge: RowSpec = {
  title: 'Limits and flags',
  panels: [
    {
      kind: 'lines',
      title: 'Refused above a limit',
      description: 'Answers 429 and 418. 0 where there are none.',
      unit: 'reqps',
      queries: [
        { expr: orZero(sumRate('gateway_requests_total', `${INSTANCE}, status=~"429|418"`)), legend: 'refused' },
      ],
    },
    {
      kind: 'lines',
      title: 'Gateways that count limits with Redis',
      description: 'The others count alone. 0 where no Redis is configured.',
      unit: 'short',
      decimals: 0,
      queries: [{ expr: orZero(`sum(gateway_redis_up{${INSTANCE}})`), legend: 'gateways' }],
    },
    {
      kind: 'lines',
      title: 'Exchanges with Redis',
      description: 'And those that failed or took too long. 0 where no Redis is configured.',
      unit: 'ops',
      queries: [
        { expr: orZero(sumRate('gateway_redis_exchanges_total', INSTANCE)), legend: 'exchanges', colour: PALETTE.blue },
        {
          expr: orZero(sumRate('gateway_redis_failures_total', INSTANCE)),
          legend: 'failed',
          colour: PALETTE.vermilion,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Decisions by flags',
      description: 'Evaluations of feature flags by their result. 0 before the first.',
      unit: 'ops',
      queries: [
        { expr: orZero(sumRate('flag_decisions_total', INSTANCE, 'flag, variant')), legend: '{{flag}} {{variant}}' },
      ],
    },
  ],
}

export const gateway: BoardSpec = {
  uid: 'uptick-gateway',
  title: 'Uptick: gateways',
  description: 'What each gateway does: requests, its link to the leader, clients, streams, limits.',
  variables: ['namespace', 'shard', 'instance'],
  service: 'gateway',
  rows: [requests, link, clients, streams, edge, processesRow(`${INSTANCE}, service="gateway"`)],
}
