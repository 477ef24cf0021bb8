import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf } from '@uptick/commandline'
import { ROLLED, RollRefused, type ClusterStatus, type Rolled, type RollLine, type RollStep } from './protocol.ts'

export interface ControlOptions {
  readonly port: number
  readonly token: string
  readonly status: () => Promise<ClusterStatus>
  /** Replaces processes. Throws RollRefused before any was touched. */
  readonly roll: (what: Rolled, onStep: (step: RollStep) => void) => Promise<void>
  readonly onRoll: (text: string) => void
}

/**
 * The supervisor's own interface, on the loopback and with the operator's token: `GET /status`, and `POST
 * /rolls/<what>`, whose answer has one line of JSON after each step.
 */
export class ControlServer {
  readonly #options: ControlOptions
  readonly #server: Server

  private constructor(options: ControlOptions) {
    this.#options = options
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => sendJson(response, 500, { error: messageOf(error) }))
    })
  }

  static async listen(options: ControlOptions): Promise<ControlServer> {
    const control = new ControlServer(options)
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject)
      control.#server.listen(options.port, '127.0.0.1', resolve)
    })
    return control
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { token, status } = this.#options
    request.resume()
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`)))
      return sendJson(response, 401, { error: 'send the operator token: Authorization: Bearer <token>' })
    const [, path = '', what = ''] = (request.url ?? '').split('/')
    if (request.method === 'GET' && path === 'status') return sendJson(response, 200, await status())
    if (request.method === 'POST' && path === 'rolls') {
      const rolled = ROLLED.find((name) => name === what)
      if (rolled !== undefined) return this.#roll(rolled, response)
      return sendJson(response, 400, { error: `${what} cannot be rolled: one of ${ROLLED.join(', ')}` })
    }
    sendJson(response, 404, { error: `there is no ${request.method} ${request.url}` })
  }

  /** Continues when the caller has disconnected. */
  async #roll(what: Rolled, response: ServerResponse): Promise<void> {
    const { roll, onRoll } = this.#options
    const say = (line: RollLine): void => void response.write(`${JSON.stringify(line)}\n`)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const began = performance.now()
    try {
      await roll(what, (step) => {
        onRoll(`${step.process} ${step.what} (${step.milliseconds} ms)`)
        say(step)
      })
      say({ done: true, milliseconds: Math.round(performance.now() - began) })
    } catch (error) {
      onRoll(`the roll of ${what} stops: ${messageOf(error)}`)
      say({ failed: messageOf(error), refused: error instanceof RollRefused })
    }
    response.end()
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}
