/** Something the person at the terminal can put right: its message is a sentence, and all that is shown of it. */
export class Problem extends Error {
  override readonly name = 'Problem'
}

/** `code` of a system error, such as EADDRINUSE. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
