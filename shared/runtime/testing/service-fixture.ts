import { Type } from 'typebox'
import { runService, serviceSettings } from '../src/index.ts'

/** A service that does nothing, for the tests of the process around it. */
await runService({
  name: 'fixture',
  schema: Type.Object({
    ...serviceSettings,
    STUCK: Type.Boolean({ default: false }),
    THROW: Type.Boolean({ default: false }),
  }),
  environment: process.env,
  start: async ({ config, log, lifecycle, onShutdown }) => {
    lifecycle.set('store', false, 'there is none')
    onShutdown('first', 1_000, () => {})
    onShutdown('second', 60_000, () => (config.STUCK ? new Promise(() => {}) : undefined))
    if (config.THROW)
      setImmediate(() => {
        throw new Error('planted')
      })
    setImmediate(() => log.info('fixture runs'))
  },
})
