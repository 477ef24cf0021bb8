import { createHmac, timingSafeEqual } from 'node:crypto'
import { fastify } from 'fastify'

/**
 * The HTTP yardstick, run as a process of its own: one Fastify route that takes a signed form, checks the key, the time
 * window and the HMAC-SHA256 signature of the raw body, and returns a body of a given size. It has no engine and no
 * journal: every Node exchange has at least this cost.
 *
 * Environment: BARE_SECRET, BARE_KEY, BARE_BODY (the text to return). Prints the port it listens on.
 */
const secret = process.env['BARE_SECRET'] ?? ''
const key = process.env['BARE_KEY'] ?? ''
const body = process.env['BARE_BODY'] ?? '{}'

const app = fastify()
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) =>
  done(null, text),
)
app.post('/api/v3/order', (request, reply) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
  const raw = request.body as string
  const at = raw.lastIndexOf('&signature=')
  const signed = raw.slice(0, at)
  const given = Buffer.from(raw.slice(at + '&signature='.length), 'hex')
  const expected = createHmac('sha256', secret).update(signed).digest()
  const timestamp = Number(new URLSearchParams(signed).get('timestamp'))
  const fresh = Math.abs(Date.now() - timestamp) <= 60_000
  if (request.headers['x-mbx-apikey'] !== key || !fresh || given.length !== 32 || !timingSafeEqual(given, expected)) {
    return reply.code(401).send({ code: -1022, msg: 'Signature for this request is not valid.' })
  }
  return reply.type('application/json; charset=utf-8').send(body)
})
await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
if (address === null || typeof address === 'string') throw new Error('no port')
process.stdout.write(`${address.port}\n`)
process.once('SIGTERM', () => void app.close())
