import { GOOD, PALETTE, WARNING } from '../grafana/palette.ts'
import type { BoardSpec, RowSpec } from '../grafana/spec.ts'
import { conditionsPanel } from './conditions.ts'
import { rarePercentiles } from './percentiles.ts'
import { orZero, rareQuantile, SHARD, sumRate } from './promql.ts'
import { badFrom } from './steps.ts'

/** What an engine or a process is, as a row of a state timeline. */
const IS = [{ value: 1, word: 'yes', colour: GOOD }]

const members: RowSpec = {
  title: 'Members',
  panels: [
    {
      kind: 'states',
      title: 'Engines by role',
      description: 'Which engine was what, and when. Exactly one leads; a roll hands over once.',
      unit: 'none',
      words: IS,
      queries: [{ expr: `engine_role{${SHARD}} == 1`, legend: '{{instance}} {{role}}' }],
    },
    {
      kind: 'states',
      title: 'Ready processes',
      description: 'A roll replaces one process at a time, and goes on when the new one is ready.',
      unit: 'none',
      words: [
        { value: 1, word: 'ready', colour: GOOD },
        { value: 0, word: 'not ready', colour: WARNING },
      ],
      queries: [{ expr: `lifecycle_state{${SHARD}, service=~"$service", probe="ready"}`, legend: '{{instance}}' }],
    },
  ],
}

const releases: RowSpec = {
  title: 'Releases',
  panels: [
    {
      kind: 'lines',
      title: 'Processes by release',
      description: 'The old release goes as the new one comes.',
      unit: 'short',
      decimals: 0,
      isStacked: true,
      queries: [
        {
          expr: `count by (service, release) (uptick_build_info{${SHARD}, service=~"$service"})`,
          legend: '{{service}} {{release}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Epoch',
      description: 'Each gateway’s leader. All agree but for the moment of a hand-off.',
      unit: 'none',
      decimals: 0,
      queries: [{ expr: `gateway_link_epoch{${SHARD}}`, legend: '{{instance}}' }],
    },
    conditionsPanel('Conditions of readiness', `${SHARD}, service=~"$service"`),
  ],
}

const drains: RowSpec = {
  title: 'Drains',
  panels: [
    {
      kind: 'lines',
      title: 'Connections',
      description: 'Open connections of clients by gateway. They leave the one that drains.',
      unit: 'short',
      queries: [{ expr: `gateway_client_connections{${SHARD}}`, legend: '{{instance}}' }],
    },
    {
      kind: 'lines',
      title: 'WebSockets',
      description: 'Open WebSockets by gateway. They are moved at a bounded rate.',
      unit: 'short',
      queries: [{ expr: `gateway_websocket_connections{${SHARD}}`, legend: '{{instance}}' }],
    },
    {
      kind: 'lines',
      title: 'Drains in progress',
      description: 'Gateways that drain, and WebSockets that they still have to move.',
      unit: 'short',
      queries: [
        { expr: `sum(drain_active{${SHARD}})`, legend: 'gateways', colour: PALETTE.orange },
        { expr: `sum(drain_sockets_remaining{${SHARD}})`, legend: 'WebSockets', colour: PALETTE.blue },
      ],
    },
    {
      kind: 'lines',
      title: 'Cut by drains',
      description: 'Requests, connections and WebSockets that a drain ended before they were done. 0 is the promise.',
      unit: 'short',
      steps: badFrom(1),
      queries: [{ expr: orZero(`sum(drain_cut_total{${SHARD}})`), legend: 'cut', colour: PALETTE.vermilion }],
    },
  ],
}

const handOffs: RowSpec = {
  title: 'Hand-off',
  panels: [
    {
      kind: 'lines',
      title: 'Hold',
      description: 'How long commands that met the change of leader waited, over the chosen range. 0 without a change.',
      unit: 's',
      queries: rarePercentiles('gateway_hold_duration_seconds', SHARD),
    },
    {
      kind: 'lines',
      title: 'Hand-off and take-over',
      description:
        'Half of the hand-offs took less, from the stop of sequencing to the successor; and of the take-overs, from the ' +
        'claim to leading. Over the chosen range, 0 without one.',
      unit: 's',
      queries: [
        {
          expr: rareQuantile(0.5, 'engine_hand_off_duration_seconds', SHARD),
          legend: 'hand-off',
          colour: PALETTE.orange,
        },
        {
          expr: rareQuantile(0.5, 'engine_take_over_duration_seconds', SHARD),
          legend: 'take-over',
          colour: PALETTE.blue,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Held by gateways',
      description: 'Commands that wait until they can be sent to a leader.',
      unit: 'short',
      queries: [{ expr: `gateway_link_queued_commands{${SHARD}}`, legend: '{{instance}}' }],
    },
    {
      kind: 'lines',
      title: 'Failures',
      description: 'Answers of the exchange with a 5xx. 0 is the promise of a roll.',
      unit: 'reqps',
      queries: [
        {
          expr: orZero(sumRate('gateway_requests_total', `${SHARD}, status=~"5.."`)),
          legend: '5xx',
          colour: PALETTE.vermilion,
        },
      ],
    },
  ],
}

export const roll: BoardSpec = {
  uid: 'uptick-roll',
  title: 'Uptick: roll',
  description: 'A release on its way: members, releases, drains, and what traders notice of it.',
  variables: ['namespace', 'shard', 'service'],
  rows: [members, releases, drains, handOffs],
}
