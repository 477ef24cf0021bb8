import { runService } from '@uptick/runtime'
import { gatewaySchema } from './config.ts'
import { checkGateway } from './gateway-drain.ts'
import { runGateway } from './run-gateway.ts'

await runService({
  name: 'gateway',
  schema: gatewaySchema,
  environment: process.env,
  readyInShutdown: true,
  check: checkGateway,
  labels: ({ SHARD }) => ({ shard: String(SHARD) }),
  start: async (context) => {
    await runGateway(context)
  },
})
