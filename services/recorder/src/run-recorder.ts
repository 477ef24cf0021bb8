import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { SUPPORTED_BEHAVIOURS } from '@uptick/core'
import {
  type BoundedPool,
  connectionShortage,
  FolderStore,
  JournalArchive,
  migrationSetsOf,
  openJournal,
  openPool,
  type PostgresJournal,
  PostgresRoster,
  Presence,
  type PresenceTimers,
  PROCESS_CONNECTIONS,
  type Queryable,
  Retention,
  type RetentionReport,
  waitForSchema,
} from '@uptick/journal'
import { readOffsets, type RecordedOffset, RecorderTurn } from '@uptick/readmodel'
import { advise, type ServiceContext } from '@uptick/runtime'
import type { RecorderConfig } from './config.ts'
import { confirmSnapshot } from './confirm-snapshot.ts'
import { Follower, type FollowerObserver } from './follower.ts'
import { watchHeldBack } from './held-back-watch.ts'
import { JournalKeeper } from './journal-keeper.ts'
import { RecorderMetrics } from './metrics.ts'
import { DivergedError, PoisonError } from './replica.ts'
import { RowWriter } from './row-writer.ts'

const CONNECTIONS_MAX = PROCESS_CONNECTIONS.recorder
/** Connections for the journal. Those for rows, for the turn, for listening and for retention are in addition. */
const POOL_MAX = CONNECTIONS_MAX - 4
const HEAD_POLL_MS = 1000
/** How often the journal is measured, and its old partitions are archived, ms. */
const RETENTION_MS = 60_000
/** How long to wait for the current transaction at shutdown, ms. Then it is abandoned, which is safe. */
const STOP_MS_MAX = 5000

/** The conditions of readiness. */
const FOLLOWING = 'following'
const VERIFIED = 'state-verified'

type Context = ServiceContext<RecorderConfig>

/** Run the recorder in a service: check the schema, then follow the journal until shutdown. */
export async function runRecorder(context: Context): Promise<void> {
  const { config, lifecycle } = context
  lifecycle.set(FOLLOWING, false, 'starting')
  lifecycle.set(VERIFIED, true)
  const stopping = new AbortController()
  context.onShutdown('starting', 100, () => stopping.abort())
  const isThere = await waitForSchema(config.DATABASE_URL, {
    sets: migrationSetsOf('journal', 'readmodel'),
    signal: stopping.signal,
    onWait: (reason) => lifecycle.set(FOLLOWING, false, reason),
  })
  if (!isThere) return
  const pool = openPool(config.DATABASE_URL, {
    name: 'uptick-recorder-journal',
    max: POOL_MAX,
    refusesStandbys: true,
  })
  const holder = `recorder-${randomBytes(6).toString('hex')}`
  const presence = presenceIn(pool, config.SHARD, holder)
  const observe = new Observer(context, presence)
  observe.metrics.planned(config.JOURNAL_BYTES_PLANNED)
  const needs = { own: CONNECTIONS_MAX, planned: config.CONNECTIONS_PLANNED }
  advise(context, 'connections', await connectionShortage(pool, needs).catch(() => undefined))
  const archive = config.ARCHIVE_FOLDER === '' ? undefined : new JournalArchive(new FolderStore(config.ARCHIVE_FOLDER))
  const journal = openJournal(config.DATABASE_URL, { shard: config.SHARD, pool, archive })
  const retention = retentionOf(config, pool, journal, archive)
  const keeper = new JournalKeeper({ retention, everyMs: RETENTION_MS, observer: observe })
  const writer = new RowWriter({
    connectionString: config.DATABASE_URL,
    shard: config.SHARD,
    onTrouble: (error) => observe.following(error === undefined, 'the database refuses to write', error),
  })
  const follower = new Follower({
    journal,
    openJournal: () => openJournal(config.DATABASE_URL, { shard: config.SHARD, pool }),
    holder,
    writer,
    observer: observe,
    transactionCommandsMax: config.TRANSACTION_COMMANDS_MAX,
    snapshots: {
      commands: config.SNAPSHOT_COMMANDS,
      seconds: config.SNAPSHOT_SECONDS,
      kept: config.SNAPSHOTS_KEPT,
    },
    stopwatch: () => performance.now(),
  })
  const watching = Promise.all([
    watchHead(journal, follower, observe.metrics, stopping.signal),
    watchHeldBack(context, pool, stopping.signal),
  ])
  const turn = new RecorderTurn(config.DATABASE_URL, {
    shard: config.SHARD,
    // A recorder that waits for its turn is ready, so that a roll can stop the previous one.
    onWait: (reason, isTaken) => {
      observe.metrics.waits()
      lifecycle.set(FOLLOWING, isTaken, reason)
    },
    onLost: () => writer.reconnect(),
  })
  const running = recordInTurns(turn, follower, keeper, stopping.signal).catch((error: unknown) =>
    context.fail('the follower ended', error),
  )
  context.onShutdown('follower', STOP_MS_MAX, async () => {
    stopping.abort()
    await Promise.all([running, watching, presence.stop()])
    await Promise.all([turn.release(), journal.close(), writer.close(), retention.close()])
    await pool.close()
  })
}

function retentionOf(
  config: RecorderConfig,
  pool: BoundedPool,
  journal: PostgresJournal,
  archive: JournalArchive | undefined,
): Retention {
  return new Retention(config.DATABASE_URL, {
    shard: config.SHARD,
    pool,
    archive,
    keptSeconds: config.JOURNAL_KEPT_SECONDS,
    recorded: readOffsets,
    confirm: (through, atMost) => confirmSnapshot(journal, through, atMost),
  })
}

const timers: PresenceTimers = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** A behaviour that this build lacks would halt it, so the leader is told which behaviours it knows. */
function presenceIn(pool: Queryable, shard: number, holder: string): Presence {
  const place = `recorder of process ${process.pid} on ${hostname()}`
  return new Presence(new PostgresRoster(pool, shard), timers, { place, holder, behaviours: SUPPORTED_BEHAVIOURS })
}

/**
 * Follow while this recorder has the turn. A halted one keeps its turn, so that no process records or removes anything.
 */
async function recordInTurns(
  turn: RecorderTurn,
  follower: Follower,
  keeper: JournalKeeper,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const term = await turn.take(signal)
    if (!term) return
    const ended = new AbortController()
    const keeping = keeper.run(AbortSignal.any([signal, term, ended.signal]))
    try {
      await follower.run(AbortSignal.any([signal, term]))
    } finally {
      ended.abort()
      await keeping
    }
    if (!term.aborted) return
  }
}

async function watchHead(
  journal: PostgresJournal,
  follower: Follower,
  metrics: RecorderMetrics,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // The follower reports a failure; the gauge keeps its last value.
    const head = await journal.head().catch(() => undefined)
    if (head) {
      metrics.head(head.last)
      await follower.looked(head)
    }
    await delay(HEAD_POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Turns the follower's events into readiness, metrics and log lines. */
class Observer implements FollowerObserver {
  readonly metrics: RecorderMetrics
  readonly #context: Context
  readonly #presence: Presence

  constructor(context: Context, presence: Presence) {
    this.#context = context
    this.#presence = presence
    this.metrics = new RecorderMetrics(context.metrics, () => Date.now() * 1000)
  }

  following(met: boolean, reason: string, error?: unknown): void {
    this.#context.lifecycle.set(FOLLOWING, met, met ? '' : reason)
    if (met) return
    this.metrics.failure()
    if (error instanceof PoisonError) {
      this.#context.log.error({ err: error, sequence: error.sequence, evidence: error.evidence }, 'contained')
    } else this.#context.log.warn({ err: error }, 'not following; trying again')
  }

  halted(reason: string, error: unknown): void {
    const { lifecycle, log } = this.#context
    lifecycle.set(VERIFIED, false, reason)
    lifecycle.set(FOLLOWING, false, 'halted')
    void this.#presence.stop()
    const evidence = error instanceof DivergedError ? error.evidence : undefined
    log.fatal({ err: error, evidence }, 'halted: nothing more is recorded until this is looked into')
  }

  restored(offset: RecordedOffset): void {
    this.metrics.start(offset.sequence, offset.time)
    this.#context.log.info({ offset }, 'restored')
  }

  recorded(...args: Parameters<FollowerObserver['recorded']>): void {
    this.metrics.recorded(...args)
  }

  snapshot(sequence: number, bytes: number, seconds: number): void {
    this.metrics.snapshot(bytes, seconds)
    this.#context.log.info({ sequence, bytes, seconds }, 'snapshot saved')
  }

  measured(size: { readonly bytes: number; readonly first: number }): void {
    this.metrics.journal(size)
  }

  retained(report: RetentionReport): void {
    this.metrics.retained(report)
    this.#context.log.info({ ...report }, 'a part of the journal is in the archive')
  }

  failed(error: unknown): void {
    this.metrics.retentionFailure()
    this.#context.log.warn({ err: error }, 'the journal was not archived; trying again')
  }

  snapshotFailed(error: unknown): void {
    this.metrics.failure()
    this.#context.log.warn({ err: error }, 'no snapshot saved')
  }
}
