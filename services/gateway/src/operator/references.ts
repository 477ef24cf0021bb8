import { isDeepStrictEqual } from 'node:util'
import type { Pool } from 'pg'
import { OperatorError } from './operator-error.ts'

/**
 * Makes requests that carry a reference safe to repeat: the first one with it is done and its result kept; the same
 * again is answered with that result; another one with the same reference is refused. A process that died in the middle
 * leaves a reference whose outcome is not known here: it stays refused until a person has looked.
 */
export class References {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async once(reference: string | undefined, request: object, run: () => Promise<object>): Promise<object> {
    if (reference === undefined) return run()
    const { rowCount } = await this.#pool.query(
      'INSERT INTO operator_request (reference, request) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [reference, JSON.stringify(request)],
    )
    if (rowCount === 0) return this.#earlier(reference, request)
    let response
    try {
      response = await run()
    } catch (error) {
      // A definite refusal changed nothing and may be tried again under the same reference.
      if (error instanceof OperatorError) {
        await this.#pool.query('DELETE FROM operator_request WHERE reference = $1', [reference])
      }
      throw error
    }
    await this.#pool.query('UPDATE operator_request SET response = $2 WHERE reference = $1', [
      reference,
      JSON.stringify(response),
    ])
    return response
  }

  async #earlier(reference: string, request: object): Promise<object> {
    const { rows } = await this.#pool.query<{ request: object; response: object | null }>(
      'SELECT request, response FROM operator_request WHERE reference = $1',
      [reference],
    )
    const earlier = rows[0]
    if (earlier === undefined || earlier.response === null) {
      throw new OperatorError(
        409,
        'IN_DOUBT',
        `${reference} is being done, or its outcome is unknown: look at the account`,
      )
    }
    if (!isDeepStrictEqual(earlier.request, JSON.parse(JSON.stringify(request)))) {
      throw new OperatorError(409, 'REFERENCE_USED', `${reference} stands for another request`)
    }
    return { ...earlier.response, repeated: true }
  }
}
