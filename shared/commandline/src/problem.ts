/** Something the person at the terminal can put right: its message is a sentence, and all that is shown of it. */
export class Problem extends Error {
  override readonly name: string = 'Problem'
  /** What the process ends with. */
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** `code` of a system error, such as EADDRINUSE. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The message of what an error was caused by, or of the first of several errors: where a connection failed. */
export function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0])
  if (error instanceof Error && error.cause !== undefined) return causeOf(error.cause)
  return messageOf(error)
}
