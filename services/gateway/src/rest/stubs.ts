import type { FastifyInstance } from 'fastify'
import { CROSS_ORIGIN } from './cross-origin.ts'

/**
 * Paths outside of the spot API that known clients request while they load markets. An empty answer lets them continue;
 * a 404 makes them give up. The exchange has no margin markets and no futures, so an empty answer is also correct.
 */
const STUBS: Readonly<Record<string, string>> = {
  '/sapi/v1/capital/config/getall': '[]',
  '/sapi/v1/margin/allPairs': '[]',
  '/sapi/v1/margin/isolated/allPairs': '[]',
  '/fapi/v1/exchangeInfo': '{"symbols":[]}',
  '/dapi/v1/exchangeInfo': '{"symbols":[]}',
}

export function registerStubs(app: FastifyInstance): void {
  for (const [path, text] of Object.entries(STUBS)) {
    app.get(path, (request, reply) => {
      if (request.headers.origin !== undefined) reply.headers(CROSS_ORIGIN)
      return reply.header('content-type', 'application/json;charset=UTF-8').send(text)
    })
  }
}
