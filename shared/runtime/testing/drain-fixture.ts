import { Type } from 'typebox'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import {
  checkTimeBudget,
  Drain,
  drainSettings,
  HttpDrain,
  runService,
  serviceSettings,
  SocketDrain,
} from '../src/index.ts'

/** A service with one HTTP server that also carries WebSockets, drained as a real one is. */
await runService({
  name: 'drain-fixture',
  schema: Type.Object({ ...serviceSettings, ...drainSettings }),
  environment: process.env,
  readyInShutdown: true,
  check: (config) =>
    checkTimeBudget({
      graceMs: config.GRACE_MS,
      floorMs: config.DRAIN_FLOOR_MS,
      drainMs: config.DRAIN_MS,
      evictionMs: config.EVICTION_MS,
      handOffMs: config.HAND_OFF_MS,
    }),
  start: async ({ config, log, metrics, onShutdown }) => {
    const server = createServer((_request, response) => void response.end('done'))
    const http = new HttpDrain(server, { floorMs: config.DRAIN_FLOOR_MS, boundMs: config.DRAIN_MS, quietMs: 0 })
    const webSockets = new WebSocketServer({ server })
    const sockets = new SocketDrain<WebSocket>({
      sockets: () => webSockets.clients,
      notice: (socket) => socket.send('notice'),
      ratePerSecond: config.EVICTION_RATE,
      boundMs: config.EVICTION_MS,
    })
    const drain = new Drain({ http: [http], sockets, log, metrics })
    onShutdown('drain', drain.boundMs, async (hurry) => {
      await drain.run(hurry)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    setImmediate(() => log.info({ port: (server.address() as AddressInfo).port }, 'fixture runs'))
  },
})
