import { isDeepStrictEqual } from 'node:util'
import type { Queryable } from '@uptick/journal'
import { OperatorError } from './operator-error.ts'

/**
 * Makes requests that carry a reference safe to repeat. The first request is executed and its result kept; the same
 * request again gets that result; a different one with the same reference is refused. A process that died in the middle
 * leaves a reference whose outcome is unknown here: it stays refused until an operator has checked it.
 */
export class References {
  readonly #db: Queryable

  constructor(db: Queryable) {
    this.#db = db
  }

  async once(reference: string | undefined, request: object, run: () => Promise<object>): Promise<object> {
    if (reference === undefined) return run()
    const { rowCount } = await this.#db.query({
      text: 'INSERT INTO operator_request (reference, request) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      values: [reference, JSON.stringify(request)],
    })
    if (rowCount === 0) return this.#earlier(reference, request)
    let response
    try {
      response = await run()
    } catch (error) {
      // A definite refusal changed nothing, so the same reference may be tried again.
      if (error instanceof OperatorError) {
        await this.#db.query({ text: 'DELETE FROM operator_request WHERE reference = $1', values: [reference] })
      }
      throw error
    }
    await this.#db.query({
      text: 'UPDATE operator_request SET response = $2 WHERE reference = $1',
      values: [reference, JSON.stringify(response)],
    })
    return response
  }

  async #earlier(reference: string, request: object): Promise<object> {
    const { rows } = await this.#db.query<{ request: object; response: object | null }>({
      text: 'SELECT request, response FROM operator_request WHERE reference = $1',
      values: [reference],
    })
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
