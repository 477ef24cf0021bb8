import type { IncomingHttpHeaders, Server } from 'node:http'
import type { Socket } from 'node:net'
import fastify, {
  type FastifyError,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { PublicError, PublicErrors, publicError } from '@uptick/protocol'
import { letClientsCloseFirst } from '@uptick/runtime'
import type { ClientAddresses } from '../addresses/client-addresses.ts'
import type { Clients } from '../clients/clients.ts'
import { writePieces } from '../clients/write-pieces.ts'
import type { Dispatcher } from '../operations/dispatcher.ts'
import type { Operation, OperationRegistry } from '../operations/operation.ts'
import { BODY_BYTES_MAX } from '../plain-http/plain-head.ts'
import { PlainHttp } from '../plain-http/plain-http.ts'
import type { PlainHandler } from '../plain-http/plain-connection.ts'
import { CROSS_ORIGIN } from './cross-origin.ts'
import { JSON_TYPE, OperationExchange, type Respond } from './operation-exchange.ts'
import type { RestRequest } from './rest-request.ts'
import { registerStubs } from './stubs.ts'
import { serveWelcome, type WelcomeServices } from '../welcome/serve-welcome.ts'

/** How long a request may take to arrive, head and body, ms. */
export const REQUEST_MS_MAX = 10_000
const ARRIVAL_LOOK_MS = 1_000

const TOO_LARGE = publicError(PublicErrors.PAYLOAD_TOO_LARGE)
const MALFORMED = publicError(PublicErrors.ILLEGAL_CHARACTERS_SOMEWHERE)
const UNKNOWN = publicError(PublicErrors.UNKNOWN)
/** A path from a request is cut to this length in a message. */
const PATH_SHOWN_MAX = 100

export interface RestOptions {
  readonly dispatcher: Dispatcher
  readonly registry: OperationRegistry
  readonly clients: Clients
  /** What the page for browsers shows. */
  readonly welcome: WelcomeServices
  /** Reports an internal failure: every answer with 500. */
  readonly failed: (operation: string, error: unknown) => void
  readonly addresses: ClientAddresses
  readonly requestMsMax?: number | undefined
  /** Whether a new connection is served past Node's HTTP. */
  readonly isPlain?: (() => boolean) | undefined
  /** Seconds that an operation took, for metrics. */
  readonly measured?: (operation: string, status: number, seconds: number) => void
}

/**
 * The REST transport: a route for every operation that has one. The caller calls `listen`, and may add to `app.server`.
 */
export function createRest(options: RestOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    ...arrivalBounds(options.requestMsMax ?? REQUEST_MS_MAX),
    // Requests are never cut off during a drain: the process decides when the drain is done.
    return503OnClosing: false,
    rewriteUrl: (request) => plainBody(request),
    routerOptions: { querystringParser: () => NO_QUERY, maxParamLength: 100 },
    frameworkErrors: (_error, request, reply) =>
      void sendError(request, reply as FastifyReply, charged(options, request, MALFORMED)),
    clientErrorHandler: (error, socket) => refuseBytes(options, error, socket as Socket),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(BODY_TYPE, { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', (request, reply, done) => options.clients.of(request.socket).inTurn(reply.raw, done))
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) options.failed(pathOf(request.url), error)
    const shown = status >= 500 ? UNKNOWN : status === 413 ? TOO_LARGE : MALFORMED
    return sendError(request, reply, charged(options, request, shown, status === 413 ? BODY_BYTES_MAX : 0))
  })
  app.setNotFoundHandler((request, reply) => notFound(options, request, reply))
  app.options('/*', (request, reply) => preflight(request, reply))
  for (const operation of options.registry.operations) addRoute(app, options, operation)
  registerStubs(app)
  serveWelcome(app, options.welcome, {
    refused: (request, reply) => {
      const error = charged(options, request, MALFORMED)
      if (error !== MALFORMED) sendError(request, reply, error)
      return error !== MALFORMED
    },
    otherwise: (request, reply) => notFound(options, request, reply),
  })
  servePlainly(app, options)
  return app
}

/** Node's own bounds are minutes, and Fastify takes one of them away. */
function arrivalBounds(requestMsMax: number): Pick<FastifyHttpOptions<Server>, 'requestTimeout' | 'http'> {
  return {
    requestTimeout: requestMsMax,
    http: { headersTimeout: requestMsMax, connectionsCheckingInterval: Math.min(ARRIVAL_LOOK_MS, requestMsMax) },
  }
}

function notFound(options: RestOptions, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = pathOf(request.url).slice(0, PATH_SHOWN_MAX)
  const error = publicError(PublicErrors.NOT_FOUND, path, request.method)
  return sendError(request, reply, charged(options, request, error))
}

/** The error for a request that reaches no operation. It is charged, so the error may be that of a limit instead. */
function charged(options: RestOptions, request: FastifyRequest, error: PublicError, length = 0): PublicError {
  try {
    options.dispatcher.charge(ipOf(request, options.addresses), length)
    return error
  } catch (excess) {
    if (excess instanceof PublicError) return excess
    throw excess
  }
}

const NO_QUERY = {}
/**
 * One type for every body: Fastify caches the parser of a known type, and looks the parser of any other up each time.
 */
const BODY_TYPE = 'text/plain'

/**
 * Bodies are forms, whatever their Content-Type says: clients send that of JSON, none, or nonsense. So the header is
 * replaced by a type that the parser knows, before Fastify reads it. It happens here because this function is the first
 * one called with a request.
 */
function plainBody({ headers, url }: { headers: IncomingHttpHeaders; url?: string | undefined }): string {
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
    headers['content-type'] = BODY_TYPE
  } else delete headers['content-type']
  return url ?? '/'
}

function addRoute(app: FastifyInstance, options: RestOptions, operation: Operation): void {
  const { rest } = operation
  if (rest === undefined) return
  app.route({
    method: rest.method,
    url: rest.path,
    handler: (request, reply) => {
      const respond: Respond = (status, headers, body) => {
        const client = options.clients.of(request.socket)
        client.handle(() => {
          // Write to Node's response directly, so that head and body leave in one write. No hook needs them.
          reply.hijack()
          reply.raw.writeHead(status, headers)
          if (typeof body === 'string') reply.raw.end(body)
          else writePieces(client, reply.raw, body, () => reply.raw.end())
        })
      }
      new OperationExchange(options, operation, requestOf(request, options.addresses), respond).run()
    },
  })
}

function ipOf({ headers, raw }: FastifyRequest, addresses: ClientAddresses): string {
  return addresses.clientOf(addresses.peerOf(raw.socket), headers['x-forwarded-for'])
}

function requestOf(request: FastifyRequest, addresses: ClientAddresses): RestRequest {
  const url = request.raw.url ?? ''
  const mark = url.indexOf('?')
  return {
    ip: ipOf(request, addresses),
    query: mark < 0 ? '' : url.slice(mark + 1),
    body: typeof request.body === 'string' ? request.body : '',
    headers: request.headers,
  }
}

/** Plain requests for operations bypass Fastify: same exchange, same answer. */
function servePlainly(app: FastifyInstance, options: RestOptions): void {
  const handlers = new Map<string, PlainHandler>()
  const { addresses } = options
  for (const operation of options.registry.operations) {
    const { rest } = operation
    if (rest === undefined) continue
    handlers.set(`${rest.method} ${rest.path}`, ({ peer, head, body }, respond) => {
      const ip = addresses.clientOf(peer, head.headers['x-forwarded-for'])
      new OperationExchange(options, operation, { ip, query: head.query, body, headers: head.headers }, respond).run()
    })
  }
  const plain = new PlainHttp(app.server, {
    clients: options.clients,
    route: ({ method, path }) => handlers.get(`${method} ${path}`),
    peerOf: (socket) => addresses.peerOf(socket),
    isOn: options.isPlain,
  })
  letClientsCloseFirst(app.server)
  app.addHook('preClose', async () => plain.close())
}

/** Write an error as Binance does. */
function sendError(
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  error: PublicError,
): FastifyReply {
  if (headers.origin !== undefined) reply.headers(CROSS_ORIGIN)
  if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
  return reply.code(error.status).header('content-type', JSON_TYPE).send(JSON.stringify(error))
}

function preflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.headers.origin !== undefined) {
    reply.headers(CROSS_ORIGIN)
    reply.header('access-control-allow-methods', 'GET, HEAD, POST, PUT, DELETE, OPTIONS')
    reply.header('access-control-allow-headers', 'Content-Type, X-MBX-APIKEY, X-MBX-TIME-UNIT, X-Uptick-Idempotent')
    reply.header('access-control-max-age', '86400')
  }
  return reply.code(204).header('allow', 'GET, HEAD, POST, PUT, DELETE, OPTIONS').send()
}

/**
 * Bytes that are not HTTP, or do not become a request in time. There is no request to answer, so the connection ends.
 */
function refuseBytes(options: RestOptions, error: NodeJS.ErrnoException, socket: Socket): void {
  const client = options.clients.of(socket)
  if (client.isShunned) return
  client.handle(() => {
    options.clients.charge(client)
    // Otherwise the bytes that follow would be refused packet by packet.
    client.shun('malformed')
    if (socket.writable) socket.end(rawError(error.code))
  })
}

function rawError(code: string | undefined): string {
  const [status, text] =
    code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request']
  const body = JSON.stringify(MALFORMED)
  return `HTTP/1.1 ${status} ${text}\r\nContent-Type: ${JSON_TYPE}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
}

function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}
