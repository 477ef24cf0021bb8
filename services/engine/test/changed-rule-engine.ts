import { CommandKind, Exchange } from '@uptick/core'
import { runService } from '@uptick/runtime'
import { engineSchema } from '../src/config.ts'
import { runEngine } from '../src/run-engine.ts'

/**
 * An engine as in `main.ts` but for one rule that was never activated: every seventh account's label is in capitals.
 */
class Changed extends Exchange {
  override execute(...parameters: Parameters<Exchange['execute']>): ReturnType<Exchange['execute']> {
    const [command] = parameters
    if (command.kind === CommandKind.ADD_ACCOUNT && command.text.endsWith('7'))
      command.text = command.text.toUpperCase()
    return super.execute(...parameters)
  }
}

await runService({
  name: 'engine',
  schema: engineSchema,
  environment: process.env,
  start: async (context) => {
    await runEngine(context, { openExchange: () => new Changed() })
  },
})
