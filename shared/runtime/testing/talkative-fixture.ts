import { Type } from 'typebox'
import { runService, serviceSettings } from '../src/index.ts'

const LINE = 'x'.repeat(10_000)
const PAUSE_MS = 5

/** A service that writes lines of the log without end, and now and then to standard error. */
await runService({
  name: 'talkative',
  schema: Type.Object(serviceSettings),
  environment: process.env,
  start: async ({ log, onShutdown }) => {
    const timer = setInterval(() => log.info(LINE), PAUSE_MS)
    process.emitWarning('a warning of Node')
    const muttering = setInterval(() => process.stderr.write('not a line of the log\n'), PAUSE_MS)
    onShutdown('talking', 1_000, () => {
      clearInterval(timer)
      clearInterval(muttering)
    })
  },
})
