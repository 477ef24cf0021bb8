import { runService } from '@uptick/runtime'
import { checkEngineTimes, engineSchema } from './config.ts'
import { runEngine } from './run-engine.ts'

await runService({
  name: 'engine',
  schema: engineSchema,
  environment: process.env,
  check: checkEngineTimes,
  start: async (context) => {
    await runEngine(context)
  },
})
