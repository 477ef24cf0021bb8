import type { FastifyInstance } from 'fastify'
import type { OverviewStreams } from '../overview/overview-streams.ts'
import type { ShardWatch } from '../overview/shard-watch.ts'
import { OperatorError } from './operator-error.ts'

/** What the operator API shows of the shard's processes. */
export interface OverviewAccess {
  readonly watch: Pick<ShardWatch, 'overview'>
  readonly streams: Pick<OverviewStreams, 'isFull' | 'add'>
}

/** `GET /overview`: the shard now; `GET /overview/stream`: the recent past, and then every change, as server-sent events. */
export function registerOverview(app: FastifyInstance, { watch, streams }: OverviewAccess): void {
  app.get('/overview', async () => watch.overview)

  app.get('/overview/stream', (request, reply) => {
    if (streams.isFull) {
      reply.header('connection', 'close')
      throw new OperatorError(503, 'BUSY', 'this gateway leaves, or has as many viewers as it takes')
    }
    reply.hijack()
    request.raw.socket.setNoDelay(true)
    streams.add(reply.raw)
  })
}
