import { Type, type Static } from 'typebox'
import { checkTimeBudget, databaseSettings, serviceSettings } from '@uptick/runtime'
import { checkLinkSettings, HOLD_MS_DEFAULT, LEASE_MS_DEFAULT, linkSettings } from '@uptick/link'
import { APPENDS_IN_FLIGHT_MAX, HAND_OFF_MS_MAX, RETAINED_BYTES_MAX } from './limits.ts'

/** The engine's settings: names of environment variables. */
export const engineSchema = Type.Object({
  ...serviceSettings,
  ...linkSettings,
  ...databaseSettings,
  DATABASE_URL: Type.String({ minLength: 1, secret: true, description: 'connection string of PostgreSQL' }),
  SHARD: Type.Integer({ minimum: 0, maximum: 999, default: 0 }),
  LINK_HOST: Type.String({ default: '127.0.0.1', description: 'address on which gateways reach the engine' }),
  LINK_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'port for gateways, 0 for a free one' }),
  ACK_POLICY: Type.Enum(['journal', 'journal-synchronous'], {
    default: 'journal',
    description:
      'journal: durable in PostgreSQL; journal-synchronous: on a second machine too, checked at start and with each append',
  }),
  APPENDS_IN_FLIGHT_MAX: Type.Integer({ minimum: 1, maximum: 16, default: APPENDS_IN_FLIGHT_MAX }),
  RETAINED_BYTES_MAX: Type.Integer({
    minimum: 1 << 20,
    default: RETAINED_BYTES_MAX,
    description: 'outcomes kept for gateways that resume: 60 s of them, or these bytes if that is less',
  }),
  LINK_URL: Type.String({
    default: '',
    description: 'where gateways and other members reach this engine; made from LINK_HOST and the port if empty',
  }),
  INSTANCE: Type.String({ default: 'engine', description: 'name of this engine in the logs and the lease' }),
  LEASE_MS: Type.Integer({
    minimum: 300,
    maximum: 30_000,
    default: LEASE_MS_DEFAULT,
    description: 'how long a silent leader keeps the shard; a second less than the hold of gateways at least',
  }),
  HOLD_MS: Type.Integer({
    minimum: 100,
    maximum: 30_000,
    default: HOLD_MS_DEFAULT,
    description: 'how long gateways hold requests without a leader, as they have it',
  }),
  GRACE_MS: Type.Integer({
    minimum: 1,
    default: 30_000,
    description: 'time that the supervisor grants from the signal to SIGKILL',
  }),
  SNAPSHOT_COMMANDS: Type.Integer({
    minimum: 1,
    default: 2_000_000,
    description: 'a standby saves a snapshot after this many commands, if there has been none',
  }),
  SNAPSHOT_SECONDS: Type.Integer({
    minimum: 1,
    default: 60,
    description: 'a standby saves a snapshot after this long, if anything has happened',
  }),
  SNAPSHOTS_KEPT: Type.Integer({ minimum: 2, maximum: 100, default: 3, description: 'older snapshots are removed' }),
  EVIDENCE_FOLDER: Type.String({ default: 'evidence', description: 'where a poisoned batch is kept for a person' }),
})

export type EngineConfig = Static<typeof engineSchema>

/**
 * @throws TimeBudgetError when a hand-off would not end within the grace period, or gateways would not wait for a take-over
 * @throws ConfigError when there is no secret for the links
 */
export function checkEngine(config: EngineConfig): void {
  const { GRACE_MS, LEASE_MS, HOLD_MS } = config
  checkLinkSettings(config)
  checkTimeBudget({ graceMs: GRACE_MS, handOffMs: HAND_OFF_MS_MAX, leaseMs: LEASE_MS, holdMs: HOLD_MS })
}
