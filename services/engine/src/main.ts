import { runService } from '@uptick/runtime'
import { engineSchema } from './config.ts'
import { runEngine } from './run-engine.ts'

await runService({
  name: 'engine',
  schema: engineSchema,
  environment: process.env,
  start: async (context) => {
    await runEngine(context)
  },
})
