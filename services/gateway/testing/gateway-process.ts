import { SocketGateway } from './socket-gateway.ts'

/** The public side of a gateway as a process of its own, with Binance's limits; tells its parent the port, and, asked anything, the counters. */
const gateway = await SocketGateway.start({ limits: { requestWeightPerMinute: 6_000 } })
process.send!({ port: gateway.port })
process.on('message', () => process.send!({ ended: gateway.clients.counters }))
process.on('disconnect', () => process.exit())
