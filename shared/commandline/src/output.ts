import { errorCode, messageOf } from './problem.ts'

/**
 * Accept that the reader has gone: after `… | head -1` what is printed is dropped, the work goes on to its end, and the exit code
 * says how it ended, as if everything had been read. Output that cannot be written for another reason (a full disk) is said
 * once, and is a failure. A stream that others listen to for errors is left to them.
 */
export function outliveReaders(): void {
  let isSaid = false
  const failed = (stream: NodeJS.WriteStream, error: Error): void => {
    if (isSaid || errorCode(error) === 'EPIPE' || stream.listenerCount('error') > 1) return
    isSaid = true
    process.exitCode = 1
    if (stream === process.stderr) return
    process.stderr.write(`The output cannot be written: ${messageOf(error)}. What was asked for goes on without it.\n`)
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', (error: Error) => failed(stream, error))
}
