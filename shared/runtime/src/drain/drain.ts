import type { Registry } from 'prom-client'
import type { Logger } from '../logging.ts'
import type { HttpDrain, HttpDrainReport } from './http-drain.ts'
import { NO_HURRY, pause } from './pause.ts'
import { describeDrain, DrainMetrics, drainReport, type DrainReport } from './report.ts'
import type { DrainedSocket, SocketDrain } from './socket-drain.ts'

export interface DrainOptions<S extends DrainedSocket> {
  readonly http: readonly HttpDrain[]
  readonly sockets?: SocketDrain<S>
  readonly log: Logger
  readonly metrics?: Registry
}

/**
 * The order in which a process leaves: ask HTTP clients to go and give notice on WebSockets; serve until all know
 * (floor); move the WebSockets while the listener is still there for those sent back by mistake; wait until HTTP clients
 * have gone and close the listeners; say goodbye to what came last. At the end there is a report, a line in the log
 * (a warning when something was cut) and metrics.
 */
export class Drain<S extends DrainedSocket = DrainedSocket> {
  readonly #options: DrainOptions<S>
  readonly #metrics: DrainMetrics | undefined
  #running: Promise<DrainReport> | undefined

  constructor(options: DrainOptions<S>) {
    this.#options = options
    if (!options.metrics) return
    this.#metrics = new DrainMetrics(options.metrics, () => ({
      draining: this.draining,
      connections: options.http.reduce((sum, { connections }) => sum + connections.open, 0),
      sockets: options.sockets?.remaining ?? 0,
    }))
  }

  get draining(): boolean {
    return this.#running !== undefined
  }

  get floorMs(): number {
    return Math.max(0, ...this.#options.http.map(({ floorMs }) => floorMs))
  }

  /** The longest that `run` can take, ms: floor, eviction, HTTP, and a little for timers that are late. */
  get boundMs(): number {
    const http = Math.max(0, ...this.#options.http.map(({ boundMs }) => boundMs))
    return this.floorMs + (this.#options.sockets?.boundMs ?? 0) + http + TIMERS_LATE_MS
  }

  /** Run it once; called again it returns the same report. When `hurry` fires, what is left is said goodbye to at once. */
  run(hurry: AbortSignal = NO_HURRY): Promise<DrainReport> {
    this.#running ??= this.#run(hurry)
    return this.#running
  }

  async #run(hurry: AbortSignal): Promise<DrainReport> {
    const { http, sockets, log } = this.#options
    const began = performance.now()
    for (const drain of http) drain.begin()
    sockets?.begin()
    log.info({ floorMs: this.floorMs, boundMs: this.boundMs }, 'draining')
    await pause(this.floorMs, hurry)
    const reports = await this.#leave(hurry)
    const report = drainReport(performance.now() - began, reports, sockets?.report)
    this.#metrics?.record(report)
    log[report.cut === 0 ? 'info' : 'warn']({ drain: report }, describeDrain(report))
    return report
  }

  async #leave(hurry: AbortSignal): Promise<HttpDrainReport[]> {
    const { http, sockets } = this.#options
    const eviction = sockets?.evict(hurry)
    // In a hurry both at once; otherwise the listener outlives the eviction.
    await Promise.race([eviction, hurried(hurry)])
    const reports = await Promise.all(http.map((drain) => drain.finish(hurry)))
    await eviction
    await sockets?.sweep(hurry)
    return reports
  }
}

const TIMERS_LATE_MS = 500

function hurried(hurry: AbortSignal): Promise<void> {
  return hurry.aborted
    ? Promise.resolve()
    : new Promise((resolve) => {
        hurry.addEventListener('abort', () => resolve(), { once: true })
      })
}
