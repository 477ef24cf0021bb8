/** The result of a method of the connection itself, and a function to run after the answer was sent. */
export interface SessionResult {
  readonly result: unknown
  readonly afterwards?: () => void
}
