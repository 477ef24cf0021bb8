/** The channel between a gateway and the parent process that started it. */
export interface ParentChannel {
  send?(message: object): boolean
  on(event: 'message', listener: (message: unknown, handle: unknown) => void): unknown
}
