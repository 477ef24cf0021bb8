/** What an operator gets told: `{"error":{"code","message"}}`. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export function notFound(what: string): OperatorError {
  return new OperatorError(404, 'NOT_FOUND', `there is no ${what}`)
}

export function invalid(message: string): OperatorError {
  return new OperatorError(400, 'INVALID', message)
}
