import { SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { BATCH_VERSIONS } from '@uptick/protocol'
import type { Claimed } from './candidacy.ts'
import type { EngineSeams, EngineSettings } from './engine-seams.ts'
import type { LeaderEvents } from './leader-options.ts'
import { Leadership, type LeadershipOptions } from './leadership.ts'
import type { Recovered } from './recovery.ts'
import type { SeenHead } from './seen-head.ts'
import { Standby, type StandbyOptions } from './standby.ts'

/** Behaviours that this build knows. */
export function knownBehaviours({ behaviours }: EngineSettings): readonly number[] {
  return behaviours ?? SUPPORTED_BEHAVIOURS
}

/** A standby on the engine's surroundings, not following yet. */
export function newStandby(
  seams: EngineSeams,
  settings: EngineSettings,
  recovered: Recovered,
  seen: SeenHead,
  recordedThrough: () => number,
  events: StandbyOptions['events'],
): Standby {
  const { journal, lease, dialMember, clock, timers, log, observer, rehearse } = seams
  const { url, snapshots: policy } = settings
  return new Standby({
    recovered,
    seen,
    journal,
    lease,
    facts: { holder: lease.holder, url, behaviours: knownBehaviours(settings), batchVersions: BATCH_VERSIONS },
    dialMember,
    clock,
    timers,
    rehearse,
    snapshots: {
      policy,
      recordedThrough,
      events: {
        saved: (sequence, bytes) => {
          observer.snapshot(bytes)
          log.info({ sequence, bytes }, 'snapshot saved')
        },
        failed: (error) => log.warn({ err: error }, 'no snapshot saved'),
      },
    },
    events,
  })
}

/** An epoch of our own on the engine's surroundings: the lease is kept from now on. */
export function newLeadership(
  seams: EngineSeams,
  settings: EngineSettings,
  { head, claimedAt }: Claimed,
  events: Omit<LeaderEvents, 'batch' | 'committed' | 'late'> & Pick<LeadershipOptions, 'resumed' | 'powerless'>,
): Leadership {
  const { journal, lease, others, clock, timers, observer, log } = seams
  const { shard, ackPolicy, appendsInFlightMax, leaseMs } = settings
  return new Leadership({
    shard,
    ackPolicy,
    behaviours: knownBehaviours(settings),
    appendsInFlightMax,
    leaseMs,
    epoch: head.epoch,
    claimedAt,
    journal,
    lease,
    others,
    clock,
    timers,
    log,
    resumed: events.resumed,
    powerless: events.powerless,
    events: {
      ...events,
      batch: (commands, bytes) => observer.batch(commands, bytes),
      committed: (milliseconds) => observer.committed(milliseconds),
      late: (commands) => observer.late?.(commands),
    },
  })
}
