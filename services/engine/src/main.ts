import { publishPodConditions, runService } from '@uptick/runtime'
import { checkEngine, engineSchema } from './config.ts'
import { runEngine } from './run-engine.ts'

await runService({
  name: 'engine',
  schema: engineSchema,
  environment: process.env,
  check: checkEngine,
  labels: ({ SHARD }) => ({ shard: String(SHARD) }),
  start: async (context) => {
    // Readiness gates of its pod: the roll of a release waits for them.
    publishPodConditions(context, process.env, { prefix: 'uptick.dev/', names: ['caught-up', 'hash-equal'] })
    await runEngine(context)
  },
})
