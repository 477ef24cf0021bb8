import { strict as assert } from 'node:assert'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import type { Lifecycle, LifecycleState } from './lifecycle.ts'
import { TlsEntrance } from './tls/tls-entrance.ts'
import type { WatchedCertificate } from './tls/watched-certificate.ts'

export interface OpsServerOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly lifecycle: Lifecycle
  readonly metrics: Registry
  /** With it, it speaks TLS. */
  readonly certificate?: WatchedCertificate | undefined
}

export interface OpsServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * Probes and metrics on a port of their own, so that they answer while the service's own port is not open yet, is
 * draining, or is full: `/livez` `/readyz` `/startupz` (200 or 503, with the conditions as JSON) and `/metrics`, all of
 * them or those named: `/metrics?name[]=lifecycle_state`. Who asks often should name what it wants: collecting all of
 * Node's own takes the process some milliseconds.
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
    })
  })
  if (options.certificate) new TlsEntrance({ certificate: options.certificate }).guard(server)
  await listen(server, options.port, options.host)
  return {
    port: boundPort(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function boundPort(server: Server): number {
  const address = server.address()
  assert(address !== null && typeof address === 'object', 'the ops server listens on TCP')
  return address.port
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function answer(options: OpsServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { lifecycle, metrics } = options
  const [path, query = ''] = (request.url ?? '/').split('?', 2)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  switch (path) {
    case '/livez':
      return answerState(response, lifecycle.liveness())
    case '/readyz':
      return answerState(response, lifecycle.readiness())
    case '/startupz':
      return answerState(response, { ok: lifecycle.started, conditions: [] })
    case '/metrics': {
      const names = new URLSearchParams(query).getAll('name[]')
      const text = names.length === 0 ? await metrics.metrics() : await namedMetrics(metrics, names)
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text)
      return
    }
    default:
      response.writeHead(404, { 'content-type': 'text/plain' }).end('one of /livez /readyz /startupz /metrics\n')
  }
}

/** Only those of the names that there are. */
async function namedMetrics(metrics: Registry, names: readonly string[]): Promise<string> {
  const known = names.filter((name) => metrics.getSingleMetric(name) !== undefined)
  const texts = await Promise.all(known.map((name) => metrics.getSingleMetricAsString(name)))
  return texts.map((text) => `${text}\n`).join('')
}

function answerState(response: ServerResponse, state: LifecycleState): void {
  response.writeHead(state.ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(state)}\n`)
}
