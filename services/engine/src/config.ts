import { Type, type Static } from 'typebox'
import { serviceSettings } from '@uptick/runtime'
import { APPENDS_IN_FLIGHT_MAX, RETAINED_BYTES_MAX } from './limits.ts'

/** The engine's settings: names of environment variables. */
export const engineSchema = Type.Object({
  ...serviceSettings,
  DATABASE_URL: Type.String({ minLength: 1, secret: true, description: 'connection string of PostgreSQL' }),
  SHARD: Type.Integer({ minimum: 0, maximum: 999, default: 0 }),
  LINK_HOST: Type.String({ default: '127.0.0.1', description: 'address on which gateways reach the engine' }),
  LINK_PORT: Type.Integer({ minimum: 0, maximum: 65_535, description: 'port for gateways, 0 for a free one' }),
  ACK_POLICY: Type.Enum(['journal', 'journal-synchronous'], {
    default: 'journal',
    description: 'journal: durable in PostgreSQL; journal-synchronous: on a second machine too, checked at start',
  }),
  APPENDS_IN_FLIGHT_MAX: Type.Integer({ minimum: 1, maximum: 16, default: APPENDS_IN_FLIGHT_MAX }),
  RETAINED_BYTES_MAX: Type.Integer({
    minimum: 1 << 20,
    default: RETAINED_BYTES_MAX,
    description: 'outcomes kept for gateways that resume: 60 s of them, or these bytes if that is less',
  }),
  EVIDENCE_FOLDER: Type.String({ default: 'evidence', description: 'where a poisoned batch is kept for a person' }),
})

export type EngineConfig = Static<typeof engineSchema>
