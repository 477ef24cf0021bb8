import type { FastifyInstance } from 'fastify'

/**
 * Paths outside of the spot API that known clients ask for while they load markets: an empty answer lets them go on,
 * a 404 makes them give up. There are no margin markets and no futures here, so empty is also the truth.
 */
const STUBS: Readonly<Record<string, string>> = {
  '/sapi/v1/capital/config/getall': '[]',
  '/sapi/v1/margin/allPairs': '[]',
  '/sapi/v1/margin/isolated/allPairs': '[]',
  '/sapi/v1/system/status': '{"status":0,"msg":"normal"}',
  '/fapi/v1/exchangeInfo': '{"symbols":[]}',
  '/dapi/v1/exchangeInfo': '{"symbols":[]}',
}

export function registerStubs(app: FastifyInstance): void {
  for (const [path, text] of Object.entries(STUBS)) {
    app.get(path, (_request, reply) => reply.header('content-type', 'application/json;charset=UTF-8').send(text))
  }
}
