import { messageOf, Problem } from '@uptick/commandline'

/** A file of order flow is invalid. */
export class FlowError extends Problem {
  override readonly name = 'FlowError'
}

/** The same chunks; an error while they are read or unpacked becomes a FlowError. */
export async function* readable(data: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* data
  } catch (error) {
    throw new FlowError(`the file cannot be read: ${messageOf(error)}`)
  }
}
