import { Counter, Gauge, type Registry } from 'prom-client'
import { readGauges } from '../read-metrics.ts'
import type { HttpDrainReport } from './http-drain.ts'
import type { SocketDrainReport } from './socket-drain.ts'

/** How a whole drain went. */
export interface DrainReport {
  readonly milliseconds: number
  /** One for each server, in the order given. */
  readonly http: readonly HttpDrainReport[]
  readonly sockets: SocketDrainReport | undefined
  /** Requests, connections with a request on them, and WebSockets that were cut: 0 when no client noticed. */
  readonly cut: number
}

/** Put the parts together. */
export function drainReport(
  milliseconds: number,
  http: readonly HttpDrainReport[],
  sockets: SocketDrainReport | undefined,
): DrainReport {
  const cut = http.reduce((sum, report) => sum + report.requestsCut, 0) + (sockets?.cut ?? 0)
  return { milliseconds: Math.round(milliseconds), http, sockets, cut }
}

/** The report in one sentence, for a log line. */
export function describeDrain({ milliseconds, http, sockets, cut }: DrainReport): string {
  const sum = (pick: (report: HttpDrainReport) => number): number =>
    http.reduce((total, report) => total + pick(report), 0)
  const ends = [...new Set(http.map(({ ended }) => ended))].join(', ')
  const parts = [
    `${sum((report) => report.answered)} requests answered on ${sum((report) => report.openAtBegin)} connections ` +
      `and ${sum((report) => report.accepted)} new ones${ends === '' ? '' : ` (${ends})`}`,
  ]
  if (sockets) parts.push(`${sockets.moved} WebSockets moved, ${sockets.left} left`)
  parts.push(
    cut === 0 ? 'nothing cut' : `${sum((r) => r.requestsCut)} requests and ${sockets?.cut ?? 0} WebSockets cut`,
  )
  return `drained in ${milliseconds} ms: ${parts.join('; ')}`
}

/** What is drained now, and how the drain went, as metrics. */
export class DrainMetrics {
  readonly #answered: Counter
  readonly #sockets: Counter<'outcome'>
  readonly #cut: Counter<'what'>
  readonly #seconds: Gauge

  constructor(registry: Registry, now: () => { draining: boolean; connections: number; sockets: number }) {
    const registers = [registry]
    readGauges(registry, [
      ['drain_active', '1 from the begin of the drain on', () => Number(now().draining)],
      ['drain_http_connections', 'Open HTTP connections', () => now().connections],
      ['drain_sockets_remaining', 'WebSockets still to be moved', () => now().sockets],
    ])
    this.#answered = new Counter({ name: 'drain_requests_total', help: 'Requests answered in the drain', registers })
    this.#sockets = new Counter({
      name: 'drain_sockets_total',
      help: 'WebSockets by how they left in the drain: moved to another process, or left of themselves',
      labelNames: ['outcome'],
      registers,
    })
    this.#cut = new Counter({ name: 'drain_cut_total', help: 'What the drain cut', labelNames: ['what'], registers })
    this.#seconds = new Gauge({
      name: 'drain_duration_seconds',
      help: 'Duration of the drain, 0 before its end',
      registers,
    })
  }

  record({ milliseconds, http, sockets }: DrainReport): void {
    this.#seconds.set(milliseconds / 1_000)
    for (const { answered, requestsCut, connectionsCut } of http) {
      this.#answered.inc(answered)
      this.#cut.inc({ what: 'request' }, requestsCut)
      this.#cut.inc({ what: 'connection' }, connectionsCut)
    }
    if (!sockets) return
    this.#sockets.inc({ outcome: 'moved' }, sockets.moved)
    this.#sockets.inc({ outcome: 'left' }, sockets.left)
    this.#cut.inc({ what: 'socket' }, sockets.cut)
  }
}
