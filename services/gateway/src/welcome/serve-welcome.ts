import type { IncomingHttpHeaders } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../operations/services.ts'
import { CONTENT_SECURITY_POLICY, welcomePage } from './welcome-page.ts'

/** A name or an address with a port, and nothing that means something to a shell or to HTML. */
const HOST = /^(?:[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i
/** Used when the visitor sent no host name that can be shown. */
const DEFAULT_HOST = '127.0.0.1:8080'

export type WelcomeServices = Pick<Services, 'catalogue' | 'link'>

/**
 * Answers `GET /` with a page when a browser asks for one; any other client gets the answer of `otherwise`.
 *
 * @param refused answers the request, and returns true, if the visitor's limit is used up
 */
export function serveWelcome(
  app: FastifyInstance,
  { catalogue, link }: WelcomeServices,
  {
    refused,
    otherwise,
  }: {
    readonly refused: (request: FastifyRequest, reply: FastifyReply) => boolean
    readonly otherwise: (request: FastifyRequest, reply: FastifyReply) => FastifyReply
  },
): void {
  app.route({
    method: 'GET',
    url: '/',
    exposeHeadRoute: false,
    handler: (request, reply) => {
      if (!asksForPage(request.headers)) return otherwise(request, reply)
      if (refused(request, reply)) return reply
      const markets = catalogue.markets.map(({ name, definition: { status } }) => ({ name, status }))
      return reply
        .headers({
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cache-control': 'no-store',
        })
        .send(welcomePage({ url: urlOf(request), markets, isLed: link.state.connected }))
    },
  })
}

/** Browsers name HTML; clients of the API ask for JSON or for anything. */
export function asksForPage({ accept = '' }: IncomingHttpHeaders): boolean {
  return accept.split(',').some((type) => type.replace(/;.*/s, '').trim().toLowerCase() === 'text/html')
}

/**
 * The URL as the visitor's address bar has it, to copy from the page. It is taken from the request, and shown only to
 * that visitor.
 */
function urlOf({ headers, raw }: FastifyRequest): string {
  const isSecure = raw.socket instanceof TLSSocket || headers['x-forwarded-proto'] === 'https'
  const { host = '' } = headers
  return `${isSecure ? 'https' : 'http'}://${HOST.test(host) ? host : DEFAULT_HOST}`
}
