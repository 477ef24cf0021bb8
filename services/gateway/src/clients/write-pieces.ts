import type { Writable } from 'node:stream'
import type { Client } from './client.ts'

/**
 * Write a body of many megabytes piece by piece, each when its reader has taken the one before and in a turn of the event loop
 * of its own: no other answer waits for it, and what the reader does not take stays out of the socket.
 *
 * @param done is called when the last piece is written, with whether the system has taken it
 */
export function writePieces(
  client: Client,
  out: Writable,
  pieces: readonly Buffer[],
  done: (isTaken: boolean) => void,
): void {
  let next = 0
  const write = (): void => {
    if (out.destroyed) return
    const piece = pieces[next++] ?? Buffer.alloc(0)
    client.pendingBytes -= piece.length
    const isTaken = out.write(piece)
    if (next >= pieces.length) done(isTaken)
    else if (isTaken) setImmediate(step)
    else out.once('drain', step)
  }
  const step = (): void => client.handle(write)
  client.pendingBytes = pieces.reduce((sum, { length }) => sum + length, 0)
  step()
}
