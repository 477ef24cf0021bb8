import { runService } from '@uptick/runtime'
import { recorderSchema } from './config.ts'
import { runRecorder } from './run-recorder.ts'

await runService({
  name: 'recorder',
  schema: recorderSchema,
  environment: process.env,
  labels: ({ SHARD }) => ({ shard: String(SHARD) }),
  start: runRecorder,
})
