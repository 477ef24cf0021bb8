import { messageOf, Problem } from '@uptick/commandline'

/** A file of order flow that is not what it should be. */
export class FlowError extends Problem {
  override readonly name = 'FlowError'
}

/** The same chunks; what fails while they are read or unpacked is a FlowError. */
export async function* readable(data: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* data
  } catch (error) {
    throw new FlowError(`the file cannot be read: ${messageOf(error)}`)
  }
}
