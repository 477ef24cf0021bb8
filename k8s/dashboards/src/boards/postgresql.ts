import { PALETTE } from '../grafana/palette.ts'
import type { BoardSpec, RowSpec } from '../grafana/spec.ts'
import { conditionsPanel } from './conditions.ts'
import { percentiles, tracedPercentiles } from './percentiles.ts'
import { rate, SHARD, sumRate } from './promql.ts'
import { warnFrom } from './steps.ts'

/** Those that depend on PostgreSQL. */
const CONDITIONS = [
  'schema',
  'compatible',
  'writable',
  'journal',
  'one-server',
  'replication',
  'connections',
  'transactions',
  'following',
  'keys-confirmed',
]

const writing: RowSpec = {
  title: 'Writing',
  panels: [
    {
      kind: 'lines',
      title: 'Commit of the journal',
      description: 'From handing a batch to PostgreSQL until it is durable. Every order waits for one.',
      unit: 's',
      steps: warnFrom(0.05),
      queries: tracedPercentiles('engine_commit_duration_seconds', SHARD),
    },
    {
      kind: 'lines',
      title: 'Commits',
      description: 'Batches of the journal and transactions of the recorder, a second.',
      unit: 'ops',
      queries: [
        { expr: sumRate('engine_commit_duration_seconds_count', SHARD), legend: 'journal', colour: PALETTE.blue },
        {
          expr: sumRate('recorder_transaction_duration_seconds_count', SHARD),
          legend: 'recorder',
          colour: PALETTE.sky,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Transactions of the recorder',
      description: 'Duration, failed attempts included.',
      unit: 's',
      queries: percentiles('recorder_transaction_duration_seconds', SHARD),
    },
  ],
}

const size: RowSpec = {
  title: 'Size',
  panels: [
    {
      kind: 'lines',
      title: 'Journal',
      description: 'Size in PostgreSQL, all shards, with indexes. It falls when the archive takes old partitions.',
      unit: 'bytes',
      queries: [{ expr: `max(recorder_journal_bytes{${SHARD}})`, legend: 'journal', colour: PALETTE.blue }],
    },
    {
      kind: 'lines',
      title: 'Retention',
      description: 'Partitions removed, files archived, and attempts that failed, over the chosen range.',
      unit: 'short',
      decimals: 0,
      queries: [
        {
          expr: `sum(increase(recorder_journal_partitions_removed_total{${SHARD}}[$__range]))`,
          legend: 'removed',
          colour: PALETTE.sky,
        },
        {
          expr: `sum(increase(recorder_archived_files_total{${SHARD}}[$__range]))`,
          legend: 'archived',
          colour: PALETTE.blue,
        },
        {
          expr: `sum(increase(recorder_retention_failures_total{${SHARD}}[$__range]))`,
          legend: 'failed',
          colour: PALETTE.vermilion,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Tables updated in place',
      description: 'Their size with dead rows. It grows without end when vacuum cannot remove them.',
      unit: 'bytes',
      queries: [
        { expr: `max(recorder_database_updated_rows_bytes{${SHARD}})`, legend: 'tables', colour: PALETTE.blue },
      ],
    },
  ],
}

const health: RowSpec = {
  title: 'What holds vacuum back, and what processes say',
  panels: [
    {
      kind: 'lines',
      title: 'Oldest transaction',
      description: 'Age of the oldest transaction that keeps PostgreSQL from removing dead rows.',
      unit: 's',
      steps: warnFrom(300),
      queries: [
        {
          expr: `max(recorder_database_oldest_transaction_age_seconds{${SHARD}})`,
          legend: 'oldest',
          colour: PALETTE.blue,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Lag of replication slots',
      description: 'Transactions of which a replication slot keeps dead rows. A forgotten slot keeps them for ever.',
      unit: 'short',
      queries: [
        {
          expr: `max(recorder_database_slot_lag_transactions{${SHARD}})`,
          legend: 'transactions',
          colour: PALETTE.blue,
        },
      ],
    },
    conditionsPanel('Conditions about PostgreSQL', `${SHARD}, condition=~"${CONDITIONS.join('|')}"`),
    {
      kind: 'lines',
      title: 'Processor of the recorder',
      description: 'Its work for PostgreSQL: one processor is 1.',
      unit: 'percentunit',
      queries: [{ expr: rate('process_cpu_seconds_total', `${SHARD}, service="recorder"`), legend: '{{instance}}' }],
    },
  ],
}

export const postgresql: BoardSpec = {
  uid: 'uptick-postgresql',
  title: 'Uptick: PostgreSQL',
  description: 'PostgreSQL as the exchange sees it: what every order waits for, and what makes it grow.',
  variables: ['namespace', 'shard'],
  rows: [writing, size, health],
}
