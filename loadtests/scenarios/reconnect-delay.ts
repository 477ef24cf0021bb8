/** Close code of a server that shuts down and wants its client to reconnect. */
export const SERVICE_RESTART = 1012
/** Close code of a client that has finished, and of k6 when it is told to stop. Uptick's servers never use it. */
export const NORMAL = 1000
/** Close code of a connection that ended without a close frame. */
export const ABNORMAL = 1006

const REASON = /^restart; reconnect after (\d+) ms$/

/**
 * The delay after which a server that closes (1012) wants its client to reconnect, ms; undefined when it did not say.
 */
export function reconnectDelayOf(reason: string): number | undefined {
  const match = REASON.exec(reason)
  return match === null ? undefined : Number(match[1])
}
