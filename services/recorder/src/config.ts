import { Type, type Static } from 'typebox'
import { databaseSettings, serviceSettings } from '@uptick/runtime'

export const recorderSchema = Type.Object({
  ...serviceSettings,
  ...databaseSettings,
  DATABASE_URL: Type.String({ secret: true, description: 'PostgreSQL with the journal and the read model' }),
  SHARD: Type.Integer({ minimum: 0, maximum: 999, default: 0, description: 'which journal to follow' }),
  TRANSACTION_COMMANDS_MAX: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 5000,
    description: 'commands recorded in one transaction when behind; a batch of the journal is never divided',
  }),
  SNAPSHOT_COMMANDS: Type.Integer({
    minimum: 1,
    default: 2_000_000,
    description: 'a snapshot of the state is saved after this many commands, if there has been none',
  }),
  SNAPSHOT_SECONDS: Type.Integer({
    minimum: 1,
    default: 60,
    description: 'a snapshot of the state is saved after this long, if anything has happened',
  }),
  SNAPSHOTS_KEPT: Type.Integer({ minimum: 2, maximum: 100, default: 3, description: 'older snapshots are removed' }),
  ARCHIVE_FOLDER: Type.String({
    default: '',
    description:
      'where what is removed from the journal is kept, one folder for all recorders; empty: nothing is removed',
  }),
  JOURNAL_BYTES_PLANNED: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'room for the journal on the disk of PostgreSQL, for alerts before it is used up; 0: not known',
  }),
  JOURNAL_KEPT_SECONDS: Type.Integer({
    minimum: 600,
    default: 604_800,
    description: 'batches stay in the journal for so long at least; only with ARCHIVE_FOLDER are they ever removed',
  }),
})
export type RecorderConfig = Static<typeof recorderSchema>
