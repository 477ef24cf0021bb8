import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  declareProcessMetrics,
  readGauges,
  type Registry,
  unread,
  systemClock,
  type Clock,
} from '@uptick/runtime'
import type { EngineSeams, Role } from './engine-seams.ts'
import type { Engine } from './engine.ts'

const ROLES: readonly Role[] = [
  'starting',
  'recovering',
  'standby',
  'taking-over',
  'leading',
  'handing-off',
  'contained',
  'diverged',
  'unfit',
  'fenced',
  'halted',
  'stopping',
]

/** Counts what happens to batches; made before the engine, because it is one of its seams. */
export function batchObserver(registry: Registry): EngineSeams['observer'] {
  const commands = new Histogram({
    name: 'engine_batch_commands',
    help: 'Commands in one batch',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    registers: [registry],
  })
  const bytes = new Histogram({
    name: 'engine_batch_bytes',
    help: 'Size of the payload of one batch',
    buckets: [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304],
    registers: [registry],
  })
  const commit = new Histogram({
    name: 'engine_commit_duration_seconds',
    help: 'From handing a batch to the journal until it is durable',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  })
  const late = new Counter({
    name: 'engine_late_commands_total',
    help: 'Commands that came after their deadline and were not executed',
    registers: [registry],
  })
  const handOff = new Histogram({
    name: 'engine_hand_off_duration_seconds',
    help: 'From the stop of sequencing until the successor was seen to lead',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  })
  const takeOver = new Histogram({
    name: 'engine_take_over_duration_seconds',
    help: 'From the claim of the shard until this engine leads',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  })
  const snapshots = new Gauge({
    name: 'engine_snapshot_bytes',
    help: 'Size of the last snapshot that this engine made',
    registers: [registry],
  })
  return {
    handedOff(milliseconds) {
      handOff.observe(milliseconds / 1000)
    },
    tookOver(milliseconds) {
      takeOver.observe(milliseconds / 1000)
    },
    snapshot(size) {
      snapshots.set(size)
    },
    batch(count, size) {
      commands.observe(count)
      bytes.observe(size)
    },
    committed(milliseconds) {
      commit.observe(milliseconds / 1000)
    },
    late(count) {
      late.inc(count)
    },
  }
}

/** The engine's state, read when Prometheus asks. */
export function exposeEngine(
  registry: Registry,
  engine: () => Engine,
  ackPolicy: string,
  clock: Pick<Clock, 'now'> = systemClock,
): void {
  const leader = (): Engine['leader'] => engine().leader
  const standby = (): Engine['standby'] => engine().standby
  readGauges(registry, [
    ['engine_epoch', 'Epoch led by this engine, 0 when it does not lead', () => leader()?.epoch ?? 0],
    ['engine_sequence', 'Last sequence executed', () => leader()?.exchange.sequence ?? standby()?.sequence ?? 0],
    ['engine_lag_commands', 'Commands of the journal that a standby has not executed', () => standby()?.lag ?? 0],
    ['engine_fed', '1 when a standby is fed by the leader', () => Number(standby()?.isFed ?? false)],
    ['engine_standbys', 'Standbys that follow this leader', () => leader()?.members.count ?? 0],
    [
      'engine_lease_remaining_seconds',
      'For how long no other member can lead',
      () => (engine().leaseRemainingMs ?? 0) / 1000,
    ],
    [
      'engine_diverged',
      '1 when the state differs from the journal writer’s',
      () => Number(engine().role === 'diverged'),
    ],
    ['engine_durable_sequence', 'Last sequence known to be durable', () => leader()?.durable ?? 0],
    [
      'engine_time_ahead_seconds',
      'How far journaled time is ahead of this leader’s clock',
      () => Math.max(0, (leader()?.exchange.time ?? 0) - clock.now()) / 1e6,
    ],
    ['engine_queued_commands', 'Commands that wait to be sequenced', () => leader()?.queued ?? 0],
    ['engine_appends_in_flight', 'Batches that are not known to be durable', () => leader()?.appendsInFlight ?? 0],
    ['engine_replies_held', 'Replies that wait for the journal', () => leader()?.held ?? 0],
    ['engine_links', 'Gateways linked', () => leader()?.links.count ?? 0],
    ['engine_unanswered_commands', 'Commands accepted and not answered', () => leader()?.links.unanswered ?? 0],
    ['engine_retained_bytes', 'Outcomes kept for resume', () => leader()?.retained.bytes ?? 0],
    [
      'engine_retained_oldest_sequence',
      'First sequence that can be resumed from',
      () => leader()?.retained.oldest ?? 0,
    ],
    ['engine_closed_orders', 'Closed orders kept for the recorder', () => leader()?.closedOrders.count ?? 0],
    [
      'engine_hash_low',
      'Low 32 bits of the running hash at engine_sequence, equal on every member that has executed it',
      () => Number(BigInt.asUintN(32, (leader()?.exchange ?? standby()?.state.exchange)?.runningHash() ?? 0n)),
    ],
  ])
  registry.registerMetric(
    new Gauge({
      name: 'engine_role',
      help: '1 for the role of this engine',
      labelNames: ['role', 'ack_policy'],
      registers: [],
      collect() {
        for (const role of ROLES) this.set({ role, ack_policy: ackPolicy }, Number(engine().role === role))
      },
    }),
  )
}

/** Every metric that an engine can have, to be listed. */
export function declareMetrics(registry: Registry): void {
  declareProcessMetrics(registry)
  batchObserver(registry)
  exposeEngine(registry, unread, '')
}
