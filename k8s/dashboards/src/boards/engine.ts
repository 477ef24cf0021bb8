import { GOOD, PALETTE } from '../grafana/palette.ts'
import type { BoardSpec, RowSpec } from '../grafana/spec.ts'
import { percentiles, rarePercentiles, tracedPercentiles } from './percentiles.ts'
import { processesRow } from './processes.ts'
import { INSTANCE, orZero, rate, SHARD, sumRate } from './promql.ts'
import { badFrom, warnFrom } from './steps.ts'

const COMMIT = 'engine_commit_duration_seconds'
const BY_INSTANCE = '{{instance}}'

const sequencer: RowSpec = {
  title: 'Sequencer',
  panels: [
    {
      kind: 'lines',
      title: 'Commands',
      description: 'Commands sequenced a second, orders and all others.',
      unit: 'ops',
      queries: [{ expr: sumRate('engine_batch_commands_sum', INSTANCE, 'instance'), legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Commands in a batch',
      description: 'Batches grow with the load: what comes during one commit is the next batch.',
      unit: 'short',
      queries: percentiles('engine_batch_commands', INSTANCE),
    },
    {
      kind: 'lines',
      title: 'Waiting',
      description: 'Commands to be sequenced, replies that wait for the journal, commands accepted and not answered.',
      unit: 'short',
      queries: [
        { expr: `sum(engine_queued_commands{${INSTANCE}})`, legend: 'to be sequenced', colour: PALETTE.orange },
        { expr: `sum(engine_replies_held{${INSTANCE}})`, legend: 'replies', colour: PALETTE.blue },
        { expr: `sum(engine_unanswered_commands{${INSTANCE}})`, legend: 'not answered', colour: PALETTE.purple },
      ],
    },
    {
      kind: 'lines',
      title: 'Too late',
      description: 'Commands that came after their deadline and were not executed.',
      unit: 'ops',
      queries: [{ expr: sumRate('engine_late_commands_total', INSTANCE), legend: 'late', colour: PALETTE.vermilion }],
    },
  ],
}

const journal: RowSpec = {
  title: 'Journal',
  panels: [
    {
      kind: 'lines',
      title: 'Commit',
      description:
        'From handing a batch to PostgreSQL until it is durable. A point is one batch, and leads to its trace.',
      unit: 's',
      steps: warnFrom(0.05),
      queries: tracedPercentiles(COMMIT, INSTANCE),
    },
    {
      kind: 'lines',
      title: 'Written',
      description: 'Payload of the batches, a second.',
      unit: 'Bps',
      queries: [{ expr: sumRate('engine_batch_bytes_sum', INSTANCE), legend: 'payload', colour: PALETTE.blue }],
    },
    {
      kind: 'lines',
      title: 'Appends in flight',
      description: 'Batches that are not known to be durable.',
      unit: 'short',
      queries: [{ expr: `sum(engine_appends_in_flight{${INSTANCE}})`, legend: 'batches', colour: PALETTE.blue }],
    },
    {
      kind: 'lines',
      title: 'Journaled time ahead',
      description: 'How far the journal’s time is ahead of the leader’s clock: after a leader whose clock was ahead.',
      unit: 's',
      steps: warnFrom(0.25),
      queries: [{ expr: `max(engine_time_ahead_seconds{${INSTANCE}})`, legend: 'ahead', colour: PALETTE.blue }],
    },
  ],
}

const members: RowSpec = {
  title: 'Members',
  panels: [
    {
      kind: 'states',
      title: 'Roles',
      description: 'Which engine was what, and when.',
      unit: 'none',
      words: [{ value: 1, word: 'yes', colour: GOOD }],
      queries: [{ expr: `engine_role{${INSTANCE}} == 1`, legend: '{{instance}} {{role}}' }],
    },
    {
      kind: 'lines',
      title: 'Lag of standbys',
      description: 'Commands of the journal that a standby has not executed.',
      unit: 'short',
      queries: [{ expr: `engine_lag_commands{${INSTANCE}}`, legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Lease left',
      description: 'For how long no other member can lead. It is renewed long before its end.',
      unit: 's',
      queries: [{ expr: `max by (shard) (engine_lease_remaining_seconds{${INSTANCE}})`, legend: 'shard {{shard}}' }],
    },
    {
      kind: 'lines',
      title: 'Diverged',
      description: 'Engines whose state differs from the leader’s. They never lead.',
      unit: 'short',
      decimals: 0,
      steps: badFrom(1),
      queries: [{ expr: `sum(engine_diverged{${INSTANCE}})`, legend: 'diverged', colour: PALETTE.vermilion }],
    },
  ],
}

const changes: RowSpec = {
  title: 'Changes of leader, and memory for clients',
  panels: [
    {
      kind: 'lines',
      title: 'Hand-off',
      description: 'From the stop of sequencing until the successor leads, over the chosen range. 0 without one.',
      unit: 's',
      queries: rarePercentiles('engine_hand_off_duration_seconds', INSTANCE),
    },
    {
      kind: 'lines',
      title: 'Take-over',
      description: 'From the claim of the shard until the engine leads, over the chosen range. 0 without one.',
      unit: 's',
      queries: rarePercentiles('engine_take_over_duration_seconds', INSTANCE),
    },
    {
      kind: 'lines',
      title: 'Kept for streams',
      description: 'Outcomes that the leader keeps for streams that resume.',
      unit: 'bytes',
      queries: [{ expr: `max(engine_retained_bytes{${INSTANCE}})`, legend: 'kept', colour: PALETTE.blue }],
    },
    {
      kind: 'lines',
      title: 'Closed orders kept',
      description: 'Until the recorder has written them. It grows while the recorder is away.',
      unit: 'short',
      queries: [{ expr: `max(engine_closed_orders{${INSTANCE}})`, legend: 'orders', colour: PALETTE.blue }],
    },
  ],
}

const recorder: RowSpec = {
  title: 'Recorder',
  panels: [
    {
      kind: 'lines',
      title: 'Lag',
      description: 'Age of the last command that is recorded; trading does not wait for it, history does.',
      unit: 's',
      queries: [{ expr: `recorder_lag_seconds{${SHARD}}`, legend: BY_INSTANCE }],
    },
    {
      kind: 'lines',
      title: 'Rows',
      description: 'Rows written to the read model, by table.',
      unit: 'ops',
      queries: [{ expr: sumRate('recorder_rows_total', SHARD, 'table'), legend: '{{table}}' }],
    },
    {
      kind: 'lines',
      title: 'Snapshots',
      description: 'Size of the last snapshot of each process that made one. 0 before the first.',
      unit: 'bytes',
      queries: [
        { expr: `engine_snapshot_bytes{${SHARD}}`, legend: BY_INSTANCE },
        { expr: `recorder_snapshot_bytes{${SHARD}}`, legend: BY_INSTANCE },
      ],
    },
    {
      kind: 'lines',
      title: 'Failures survived',
      description: 'Failures after which the recorder went on: the log has each.',
      unit: 'ops',
      queries: [
        {
          expr: orZero(`sum(${rate('recorder_failures_total', SHARD)})`),
          legend: 'failures',
          colour: PALETTE.vermilion,
        },
      ],
    },
  ],
}

export const engine: BoardSpec = {
  uid: 'uptick-engine',
  title: 'Uptick: engine and journal',
  description: 'Sequencer, commits, members, and the recorder behind them.',
  variables: ['namespace', 'shard', 'instance'],
  service: 'engine',
  rows: [sequencer, journal, members, changes, recorder, processesRow(`${INSTANCE}, service="engine"`)],
}
