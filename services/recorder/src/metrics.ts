import {
  Counter,
  declareProcessMetrics,
  Gauge,
  Histogram,
  readGauges,
  type ServiceContext,
  unread,
} from '@uptick/runtime'
import type { RetentionReport } from '@uptick/journal'
import type { RecordedRange, RecordedRows } from '@uptick/readmodel'
import { heldBackGauges } from './held-back-watch.ts'

type Registry = ServiceContext<unknown>['metrics']

/** From small transactions when up to date to large ones when behind, in seconds. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** What is measured of the recorder. */
export class RecorderMetrics {
  readonly #rows: Counter
  readonly #commands: Counter
  readonly #transactions: Histogram
  readonly #batches: Histogram
  readonly #snapshots: Histogram
  readonly #snapshotBytes: Gauge
  readonly #failures: Counter
  readonly #journalBytes: Gauge
  readonly #journalFirst: Gauge
  readonly #archived: Counter
  readonly #removed: Counter
  readonly #retentionFailures: Counter
  #planned = 0
  #isRecording = false
  #recorded = 0
  #recordedTime = 0
  #head = 0

  /** @param now µs since 1970 */
  constructor(registry: Registry, now: () => number) {
    const registers = [registry]
    this.#rows = new Counter({
      name: 'recorder_rows_total',
      help: 'Rows written to the read model',
      labelNames: ['table'],
      registers,
    })
    this.#commands = new Counter({ name: 'recorder_commands_total', help: 'Commands recorded', registers })
    this.#failures = new Counter({
      name: 'recorder_failures_total',
      help: 'Failures after which the recorder went on',
      registers,
    })
    this.#transactions = new Histogram({
      name: 'recorder_transaction_duration_seconds',
      help: 'Duration of transactions, failed attempts included',
      buckets: SECONDS_BUCKETS,
      registers,
    })
    this.#batches = new Histogram({
      name: 'recorder_transaction_commands',
      help: 'Commands recorded in one transaction',
      buckets: [1, 4, 16, 64, 256, 1024, 4096, 16_384],
      registers,
    })
    this.#snapshots = new Histogram({
      name: 'recorder_snapshot_duration_seconds',
      help: 'Duration of saving a snapshot',
      buckets: SECONDS_BUCKETS,
      registers,
    })
    this.#snapshotBytes = new Gauge({ name: 'recorder_snapshot_bytes', help: 'Size of the last snapshot', registers })
    this.#journalBytes = new Gauge({
      name: 'recorder_journal_bytes',
      help: 'Size of the journal in PostgreSQL, all shards, with indexes',
      registers,
    })
    this.#journalFirst = new Gauge({
      name: 'recorder_journal_first_sequence',
      help: 'First sequence in the journal; what came before is in the archive',
      registers,
    })
    this.#archived = new Counter({
      name: 'recorder_archived_files_total',
      help: 'Files written to the archive',
      registers,
    })
    this.#removed = new Counter({
      name: 'recorder_journal_partitions_removed_total',
      help: 'Partitions removed from the journal',
      registers,
    })
    this.#retentionFailures = new Counter({
      name: 'recorder_retention_failures_total',
      help: 'Attempts to archive or to remove a part of the journal that failed',
      registers,
    })
    readGauges(registry, [
      ['recorder_journal_planned_bytes', 'Room for the journal on its disk, 0 when not known', () => this.#planned],
      ['recorder_recorded_sequence', 'Last sequence recorded', () => this.#recorded],
      ['recorder_lag_sequences', 'Commands in the journal that are not recorded', () => this.lagSequences],
      [
        'recorder_lag_seconds',
        'Age of the last command recorded, 0 when nothing is missing',
        () => (this.lagSequences === 0 ? 0 : Math.max(0, now() - this.#recordedTime) / 1_000_000),
      ],
    ])
  }

  /** 0 for a recorder that waits for its turn: another one records. */
  get lagSequences(): number {
    return this.#isRecording ? Math.max(0, this.#head - this.#recorded) : 0
  }

  /** Room for the journal, to be compared with its size. */
  planned(bytes: number): void {
    this.#planned = bytes
  }

  /** The journal's last sequence at the last look. */
  head(sequence: number): void {
    this.#head = sequence
  }

  /** The offset before this process started. */
  start(sequence: number, time: number): void {
    this.#recorded = sequence
    this.#recordedTime = time
    this.#isRecording = true
  }

  /** Another recorder has the turn, or this one is about to take it. */
  waits(): void {
    this.#isRecording = false
  }

  recorded(range: RecordedRange, rows: RecordedRows, seconds: number): void {
    this.start(range.through, range.time)
    this.#commands.inc(range.through - range.from)
    this.#batches.observe(range.through - range.from)
    this.#transactions.observe(seconds)
    for (const [table, list] of Object.entries(rows)) this.#rows.inc({ table }, list.length)
  }

  snapshot(bytes: number, seconds: number): void {
    this.#snapshots.observe(seconds)
    this.#snapshotBytes.set(bytes)
  }

  journal({ bytes, first }: { readonly bytes: number; readonly first: number }): void {
    this.#journalBytes.set(bytes)
    this.#journalFirst.set(first)
  }

  retained({ archived, removed }: RetentionReport): void {
    this.#archived.inc(archived.length)
    this.#removed.inc(removed.length)
  }

  retentionFailure(): void {
    this.#retentionFailures.inc()
  }

  failure(): void {
    this.#failures.inc()
  }
}

/** Every metric that a recorder can have, to be listed. */
export function declareMetrics(registry: Registry): void {
  declareProcessMetrics(registry)
  heldBackGauges(registry)
  void new RecorderMetrics(registry, unread)
}
