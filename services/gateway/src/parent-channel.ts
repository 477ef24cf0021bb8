/** What a gateway that a parent process has started says to it, and hears from it. */
export interface ParentChannel {
  send?(message: object): boolean
  on(event: 'message', listener: (message: unknown, handle: unknown) => void): unknown
}
