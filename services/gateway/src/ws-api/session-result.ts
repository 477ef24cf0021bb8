/** What a method that lives on the connection itself returns, and what follows once the answer is on its way. */
export interface SessionResult {
  readonly result: unknown
  readonly afterwards?: () => void
}
