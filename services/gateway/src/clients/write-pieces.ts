import type { Writable } from 'node:stream'
import type { Client } from './client.ts'

/**
 * Write a body of many megabytes piece by piece. Each piece is written in a new turn of the event loop, after the
 * kernel has taken the piece before it. So no other answer waits for the body, and bytes that the client does not read
 * stay out of the socket.
 *
 * @param done is called when the last piece is written, with whether the kernel has taken it
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
