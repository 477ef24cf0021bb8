import { existsSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import type { Environment } from '../config.ts'

/** Where a pod finds its identity; the token there is replaced about every hour. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'
const CALL_MS_MAX = 5_000
const ANSWER_BYTES_MAX = 4 << 20

export interface ApiServerOptions {
  readonly host: string
  readonly port: number
  readonly namespace: string
  /** Name of the pod that the token was given to; empty for other tokens. */
  readonly pod: string
  /** Certificates of the authority that signed the server's, in PEM. */
  readonly authority: string
  /** Read for each call, because tokens are replaced while the process runs. */
  readonly token: () => string
}

export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

/** The API server refused a call, or what it said makes no sense. */
export class ApiServerError extends Error {
  override readonly name = 'ApiServerError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The few calls that a pod makes to the Kubernetes API server, over Node's own TLS. */
export class ApiServer {
  readonly namespace: string
  /** Name of the pod that this process is in. */
  readonly pod: string
  readonly #options: ApiServerOptions
  readonly #agent: Agent

  constructor(options: ApiServerOptions) {
    this.namespace = options.namespace
    this.pod = options.pod
    this.#options = options
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ca: options.authority })
  }

  /** The one whose pod this process is in; undefined outside of Kubernetes, and in pods without a token. */
  static ofThisPod(environment: Environment, folder = ACCOUNT_FOLDER): ApiServer | undefined {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment
    const token = join(folder, 'token')
    if (!host || !port || !existsSync(token)) return undefined
    const read = (file: string): string => readFileSync(file, 'utf8').trim()
    return new ApiServer({
      host,
      port: Number(port),
      namespace: read(join(folder, 'namespace')),
      pod: podOf(read(token)),
      authority: read(join(folder, 'ca.crt')),
      token: () => read(token),
    })
  }

  /**
   * One call. `path` begins with a slash; `body` is sent as JSON of the media type `type`.
   *
   * @throws ApiServerError when the answer is no success; errors of the network as they are
   */
  async call(method: string, path: string, body?: object, type = 'application/json'): Promise<unknown> {
    const { status, body: answer } = await this.#send(method, path, body, type)
    if (status >= 200 && status < 300) return answer
    const message = isRecord(answer) && typeof answer['message'] === 'string' ? answer['message'] : `status ${status}`
    throw new ApiServerError(status, message)
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(method: string, path: string, body: object | undefined, type: string): Promise<ApiAnswer> {
    const { host, port, token } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>()
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers: Record<string, string> = { authorization: `Bearer ${token()}`, accept: 'application/json' }
    if (text !== undefined) headers['content-type'] = type
    const signal = AbortSignal.timeout(CALL_MS_MAX)
    const call = request({ host, port, method, path, headers, agent: this.#agent, signal }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > ANSWER_BYTES_MAX) response.destroy(new Error(`more than ${ANSWER_BYTES_MAX} bytes of answer`))
        else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }))
    })
    call.on('error', reject)
    call.end(text)
    return promise
  }
}

/** The pod that a token is bound to: the same claim that the API server's admission policies see. */
function podOf(token: string): string {
  const claims = parsed(Buffer.from(token.split('.')[1] ?? '', 'base64url'))
  const own = isRecord(claims) ? claims['kubernetes.io'] : undefined
  const pod = isRecord(own) ? own['pod'] : undefined
  return isRecord(pod) && typeof pod['name'] === 'string' ? pod['name'] : ''
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
