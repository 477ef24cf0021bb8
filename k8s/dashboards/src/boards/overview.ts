import { BAD, GOOD, PALETTE, WARNING } from '../grafana/palette.ts'
import type { BoardSpec, RowSpec } from '../grafana/spec.ts'
import { percentiles, rarePercentiles, tracedPercentiles } from './percentiles.ts'
import { orZero, ORDERS, quantile, SHARD, sumRate } from './promql.ts'
import { badFrom, goodFrom, warnFrom } from './steps.ts'

const REQUESTS = 'gateway_requests_total'
const LATENCY = 'gateway_request_duration_seconds'
const FAILED = `${SHARD}, status=~"5.."`
const OBJECTIVE_SERIES = 'namespace=~"$namespace"'

/** Bounds of docs/slo.md. */
const AVAILABLE = goodFrom(0.9999)
const WITHIN_100_MS = [
  { value: undefined, colour: GOOD },
  { value: 0.05, colour: WARNING },
  { value: 0.1, colour: BAD },
]

const now: RowSpec = {
  title: 'Now',
  panels: [
    {
      kind: 'stat',
      title: 'Orders',
      description: 'Orders placed, amended and cancelled, a second.',
      unit: 'ops',
      queries: [{ expr: sumRate(`${LATENCY}_count`, `${SHARD}, ${ORDERS}`), legend: 'orders' }],
    },
    {
      kind: 'stat',
      title: 'Availability',
      description:
        'Share of requests that are not answered with a 5xx, over the chosen range. The objective is 99.99 %.',
      unit: 'percentunit',
      decimals: 3,
      max: 1,
      steps: AVAILABLE,
      queries: [
        {
          expr:
            `1 - (${orZero(`sum(increase(${REQUESTS}{${FAILED}}[$__range]))`)}) ` +
            `/ sum(increase(${REQUESTS}{${SHARD}}[$__range]))`,
          legend: 'available',
        },
      ],
    },
    {
      kind: 'stat',
      title: 'Acknowledgement, p99',
      description: 'From an order to its durable acknowledgement, 99 of 100. The objective is 100 ms.',
      unit: 's',
      steps: WITHIN_100_MS,
      queries: [{ expr: quantile(0.99, LATENCY, `${SHARD}, ${ORDERS}`), legend: 'p99' }],
    },
    {
      kind: 'stat',
      title: 'Standbys',
      description: 'Engines that follow the leader. Without one, a crash of the leader means a recovery.',
      unit: 'short',
      steps: goodFrom(1),
      queries: [{ expr: `max by (shard) (engine_standbys{${SHARD}})`, legend: 'shard {{shard}}' }],
    },
    {
      kind: 'stat',
      title: 'Not ready',
      description: 'Processes that are not ready for requests. One at a time during a roll.',
      unit: 'short',
      steps: warnFrom(1),
      queries: [{ expr: `count(lifecycle_state{${SHARD}, probe="ready"} == 0) or vector(0)`, legend: 'not ready' }],
    },
    {
      kind: 'stat',
      title: 'Epoch',
      description: 'It rises by one with each change of leader.',
      unit: 'none',
      queries: [{ expr: `max by (shard) (gateway_link_epoch{${SHARD}})`, legend: 'shard {{shard}}' }],
    },
  ],
}

const requests: RowSpec = {
  title: 'Requests',
  panels: [
    {
      kind: 'lines',
      title: 'Requests by operation',
      description: 'The ten most frequent operations, REST and WebSocket API together.',
      unit: 'reqps',
      queries: [{ expr: `topk(10, ${sumRate(REQUESTS, SHARD, 'operation')})`, legend: '{{operation}}' }],
    },
    {
      kind: 'lines',
      title: 'Failures',
      description:
        'Answers that the exchange is to blame for (5xx) and those above a limit (429, 418). 0 where there are none.',
      unit: 'reqps',
      queries: [
        { expr: orZero(sumRate(REQUESTS, FAILED)), legend: '5xx', colour: PALETTE.vermilion },
        {
          expr: orZero(sumRate(REQUESTS, `${SHARD}, status=~"429|418"`)),
          legend: 'above a limit',
          colour: PALETTE.orange,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Acknowledgement of orders',
      description: 'From an order to its durable acknowledgement. A point is one order, and leads to its trace.',
      unit: 's',
      steps: badFrom(0.1),
      queries: tracedPercentiles(LATENCY, `${SHARD}, ${ORDERS}`),
    },
  ],
}

const leadership: RowSpec = {
  title: 'Changes of leader',
  panels: [
    {
      kind: 'lines',
      title: 'Hold',
      description:
        'How long commands that met a change of leader waited, over the chosen range. Gateways give up after 4 s. 0 ' +
        'where there was no change.',
      unit: 's',
      steps: badFrom(4),
      queries: rarePercentiles('gateway_hold_duration_seconds', SHARD),
    },
    {
      kind: 'lines',
      title: 'Commands that were held too long',
      description: 'Answered before their outcome was known: busy (-1008) or unknown (-1007).',
      unit: 'short',
      queries: [
        {
          expr: `sum by (answer) (increase(gateway_hold_exceeded_total{${SHARD}}[$__rate_interval]))`,
          legend: '{{answer}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Standbys and their lag',
      description: 'Commands of the journal that a standby has not executed. It takes over where it stands.',
      unit: 'short',
      queries: [
        { expr: `engine_lag_commands{${SHARD}}`, legend: 'lag of {{instance}}' },
        { expr: `max by (shard) (engine_standbys{${SHARD}})`, legend: 'standbys', colour: PALETTE.sky },
      ],
    },
  ],
}

const streams: RowSpec = {
  title: 'Streams',
  panels: [
    {
      kind: 'lines',
      title: 'Freshness',
      description: 'From the journaled time of an outcome until the streams have told it. The objective is 500 ms.',
      unit: 's',
      steps: badFrom(0.5),
      queries: percentiles('gateway_feed_delay_seconds', SHARD),
    },
    {
      kind: 'lines',
      title: 'Messages',
      description: 'Messages sent on WebSockets, by gateway.',
      unit: 'ops',
      queries: [{ expr: sumRate('gateway_websocket_messages_sent_total', SHARD, 'instance'), legend: '{{instance}}' }],
    },
    {
      kind: 'lines',
      title: 'Resumed streams',
      description: 'Numbered streams that came back: without a gap, or from a snapshot (too-old, unknown).',
      unit: 'ops',
      queries: [{ expr: sumRate('gateway_stream_resumes_total', SHARD, 'outcome'), legend: '{{outcome}}' }],
    },
  ],
}

const budgets: RowSpec = {
  title: 'Error budgets',
  panels: [
    {
      kind: 'lines',
      title: 'Budget left',
      description:
        'Of the error budget of the last 30 days, by objective (docs/slo.md). Below 0 the objective is missed.',
      unit: 'percentunit',
      min: -0.5,
      max: 1,
      steps: goodFrom(0),
      queries: [
        {
          expr:
            `1 - sum by (slo) (sum_over_time(slo:bad_events:rate{${OBJECTIVE_SERIES}}[30d])) ` +
            `/ sum by (slo) (sum_over_time(slo:events:rate{${OBJECTIVE_SERIES}}[30d])) ` +
            `/ on (slo) (1 - slo:objective:ratio)`,
          legend: '{{slo}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Burn rate, one hour',
      description: 'How many times faster than in 30 days the budget is used up. A page at 14.4.',
      unit: 'short',
      steps: badFrom(14.4),
      queries: [{ expr: `max by (slo) (slo:burn_rate:1h{${OBJECTIVE_SERIES}})`, legend: '{{slo}}' }],
    },
    {
      kind: 'lines',
      title: 'Burn rate, three days',
      description: 'How many times faster than in 30 days the budget is used up. A ticket at 1.',
      unit: 'short',
      steps: warnFrom(1),
      queries: [{ expr: `max by (slo) (slo:burn_rate:3d{${OBJECTIVE_SERIES}})`, legend: '{{slo}}' }],
    },
  ],
}

export const overview: BoardSpec = {
  uid: 'uptick-overview',
  title: 'Uptick: exchange',
  description: 'What traders notice: orders, failures, latency, streams, and the error budgets.',
  variables: ['namespace', 'shard'],
  rows: [now, requests, leadership, streams, budgets],
}
