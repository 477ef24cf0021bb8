const ANSWER_MS_MAX = 10_000

interface Answer<Data> {
  readonly status: 'success' | 'error'
  readonly error?: string
  readonly data: Data
}

/** A series of an instant query. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

/** The HTTP API of a Prometheus. */
export class Prometheus {
  readonly #url: string

  /** @param url such as http://127.0.0.1:9090 */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '')
  }

  /** @throws (rejects with) Error with what Prometheus says of the query */
  async query(expr: string): Promise<readonly Series[]> {
    const { result } = await this.#ask<{ result: readonly Series[] }>('query', { query: expr })
    return result
  }

  /** @throws (rejects with) Error with what Prometheus says */
  async labelValues(label: string, match: string): Promise<readonly string[]> {
    return this.#ask<readonly string[]>(`label/${label}/values`, { 'match[]': match })
  }

  async #ask<Data>(path: string, parameters: Readonly<Record<string, string>>): Promise<Data> {
    const query = new URLSearchParams(parameters).toString()
    const response = await fetch(`${this.#url}/api/v1/${path}?${query}`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) })
    const answer: Answer<Data> = JSON.parse(await response.text())
    if (answer.status !== 'success') throw new Error(`Prometheus answers ${response.status}: ${answer.error}`)
    return answer.data
  }
}
