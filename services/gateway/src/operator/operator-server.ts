import { createHash, timingSafeEqual } from 'node:crypto'
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type JsonBounds, JsonBoundsError, JsonDuplicateError, parseDistinctJson, PublicError } from '@uptick/protocol'
import type { Queryable } from '@uptick/journal'
import type { Flags } from '@uptick/runtime/flags'
import type { EngineLink } from '../engine-link/link.ts'
import { KeyError, type KeyTable } from '../keys/key-table.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { databaseIsAway } from '../operations/database-away.ts'
import type { ActivationSchedule } from './activation-schedule.ts'
import { OperatorError } from './operator-error.ts'
import type { OperatorLine } from './operator-line.ts'
import type { EngineAccess } from './repair.ts'
import { References } from './references.ts'
import { registerAccounts } from './accounts.ts'
import { registerExchange } from './exchange.ts'
import { registerKeys } from './keys.ts'
import { registerMarkets } from './markets.ts'
import { type OverviewAccess, registerOverview } from './overview.ts'
import { servePage } from './page.ts'
import { PRINTABLE } from './schemas.ts'

/** The skip table of the journal, as far as the operator sees it. */
export interface Skips {
  skipped(): Promise<Set<number>>
  skip(sequence: number, reason: string, operator: string): Promise<void>
}

export interface OperatorOptions {
  readonly token: string
  /** The traders' link: it shows what they see. */
  readonly link: EngineLink
  /** The connection for commands that change the exchange. */
  readonly line: OperatorLine
  /** For questions that a leader alone cannot answer. */
  readonly engines: EngineAccess
  readonly keys: KeyStore
  readonly keyTable: KeyTable
  readonly database: Queryable
  readonly skips: Skips
  readonly schedule: ActivationSchedule
  readonly flags: Pick<Flags, 'state'>
  readonly overview: OverviewAccess
  readonly failed: (path: string, error: unknown) => void
}

/** What the routes share. */
export interface OperatorContext extends OperatorOptions {
  readonly references: References
}

const TOKEN_LENGTH_MIN = 16
/** How long a request may take to arrive, ms. */
const REQUEST_MS_MAX = 10_000
const BODY_BYTES_MAX = 256 * 1024
/** Bounds of a body: its schema is flat, and refuses unknown names. */
const BODY_JSON: JsonBounds = { depthMax: 16, valuesMax: 4_096 }
const RETRY_AFTER_S = 1

/**
 * The operator API: JSON in and out, every request with `Authorization: Bearer <token>`. Only the files of the operations
 * page, which asks for the token, are answered without.
 */
export function createOperatorServer(options: OperatorOptions): FastifyInstance {
  if (options.token.length < TOKEN_LENGTH_MIN) {
    throw new Error(`the operator token must have at least ${TOKEN_LENGTH_MIN} characters`)
  }
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    http: { headersTimeout: REQUEST_MS_MAX, connectionsCheckingInterval: 1_000 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
    return503OnClosing: false,
  })
  readBoundedJson(app)
  app.addHook('onRequest', authorize(options.token))
  app.setErrorHandler<FastifyError>((error, request, reply) => sendFailure(options, error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: { code: 'NOT_FOUND', message: `there is no ${request.method} ${request.url}` } }),
  )
  const context: OperatorContext = { ...options, references: new References(options.database) }
  registerMarkets(app, context)
  registerAccounts(app, context)
  registerKeys(app, context)
  registerExchange(app, context)
  registerOverview(app, context.overview)
  servePage(app)
  return app
}

/** Fastify's own parser, after a check of the text's depth and length, and of names that occur twice. */
function readBoundedJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    try {
      parseDistinctJson(body, BODY_JSON)
    } catch (error) {
      const isRefused = error instanceof JsonBoundsError || error instanceof JsonDuplicateError
      if (isRefused) return done(Object.assign(error, { statusCode: 400 }))
      // The parser reports text that is not JSON.
    }
    void parse(request, body, done)
  })
}

function authorize(token: string) {
  const expected = digest(`Bearer ${token}`)
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (request.routeOptions.config.isPublic === true) return done()
    // Digests have the same length, so the comparison reveals nothing about the token's length.
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return done()
    reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: { code: 'UNAUTHORIZED', message: 'send the operator token: Authorization: Bearer <token>' } })
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function sendFailure(
  options: OperatorOptions,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof OperatorError) return send(reply, error.status, error.code, error.message)
  if (error instanceof KeyError) return send(reply, error.reason === 'EXISTS' ? 409 : 400, error.reason, error.message)
  if (error instanceof PublicError) {
    // An error of the engine link: no engine answered in time.
    if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
    return send(reply, error.status, error.status === 504 ? 'OUTCOME_UNKNOWN' : 'BUSY', error.msg)
  }
  if (databaseIsAway(error)) {
    const isQuestion = request.method === 'GET'
    options.failed(request.url, error)
    return isQuestion
      ? send(reply.header('retry-after', RETRY_AFTER_S), 503, 'BUSY', 'PostgreSQL does not answer; nothing was changed')
      : send(reply, 504, 'OUTCOME_UNKNOWN', 'PostgreSQL did not answer: look whether it was done before trying again')
  }
  const status = error.statusCode ?? 500
  if (status < 500) return send(reply, status, 'INVALID', unprintable(error) ?? error.message)
  options.failed(request.url, error)
  return send(reply, 500, 'FAILED', 'the request failed; the log of the gateway says why')
}

/** The message for text with characters that control a terminal; its pattern would not tell what is wrong. */
function unprintable({ validation }: FastifyError): string | undefined {
  const fault = validation?.find(({ keyword, params }) => keyword === 'pattern' && params['pattern'] === PRINTABLE)
  return fault && `${fault.instancePath.slice(1)} has control characters, line breaks or marks of direction`
}

function send(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ error: { code, message } })
}
