import { runService } from '@uptick/runtime'
import { gatewaySchema } from './config.ts'
import { runGateway } from './run-gateway.ts'

await runService({
  name: 'gateway',
  schema: gatewaySchema,
  environment: process.env,
  start: async (context) => {
    await runGateway(context)
  },
})
