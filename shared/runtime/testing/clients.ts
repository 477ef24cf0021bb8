import { Agent, request } from 'node:http'

/** Clients as they are in the wild: one connection each, kept alive, a POST after the other, and no second try. */
export interface ClientsOptions {
  readonly port: number
  /** Clients that ask again as soon as they have an answer and have taken a breath. */
  readonly steady: number
  readonly breathMs: number
  /** Clients that think between two requests, for a time between the two. */
  readonly slow: number
  readonly thinkMs: readonly [least: number, most: number]
}

/** What clients saw. */
export interface ClientCounts {
  requests: number
  failed: number
  /** Failures by what they were: a status or an error code. */
  readonly reasons: Record<string, number>
}

/** Load that runs until it is stopped, and counts everything that was not answered with 200. */
export class Clients {
  readonly counts: ClientCounts = { requests: 0, failed: 0, reasons: {} }
  readonly #port: number
  readonly #loops: Promise<void>[] = []
  #stopped = false

  constructor({ port, steady, breathMs, slow, thinkMs }: ClientsOptions) {
    this.#port = port
    const [least, most] = thinkMs
    for (let client = 0; client < steady; client++) this.#loops.push(this.#loop(() => breathMs))
    for (let client = 0; client < slow; client++) {
      // Spread evenly instead of at random: no run differs from another.
      let turn = client
      this.#loops.push(this.#loop(() => least + ((most - least) * (turn++ % slow)) / slow))
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#loops)
  }

  async #loop(restMs: () => number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!this.#stopped) {
      const outcome = await post(this.#port, agent)
      this.counts.requests++
      if (outcome !== '200') {
        this.counts.failed++
        this.counts.reasons[outcome] = (this.counts.reasons[outcome] ?? 0) + 1
      }
      await new Promise((resolve) => setTimeout(resolve, restMs()))
    }
    agent.destroy()
  }
}

/** The status of the answer, or the code of the error. */
function post(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message)
    const headers = { 'content-type': 'application/json' }
    const sent = request({ port, host: '127.0.0.1', method: 'POST', path: '/', headers, agent }, (response) => {
      response.on('error', failed)
      response.on('end', () => resolve(String(response.statusCode)))
      response.resume()
    })
    sent.on('error', failed)
    sent.end('{}')
  })
}
