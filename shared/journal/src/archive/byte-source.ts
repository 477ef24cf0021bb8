import { ArchiveDamagedError } from '../errors.ts'

const NEWLINE = 10

/** Takes bytes off a stream in the portions that its reader wants. Throws `ArchiveDamagedError` where it ends too early. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Buffer = Buffer.alloc(0)

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]()
  }

  async take(count: number): Promise<Buffer> {
    const parts = [this.#rest]
    for (let length = this.#rest.length; length < count;) {
      const chunk = await this.#next()
      if (!chunk) throw new ArchiveDamagedError('it ends too early')
      parts.push(chunk)
      length += chunk.length
    }
    const bytes = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    this.#rest = bytes.subarray(count)
    return bytes.subarray(0, count)
  }

  /** A line with its end, which must be within `max` bytes. */
  async line(max: number): Promise<Buffer> {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE)
      if (end >= 0) return this.take(end + 1)
      const chunk = this.#rest.length > max ? undefined : await this.#next()
      if (!chunk) throw new ArchiveDamagedError('it does not begin as an archive does')
      this.#rest = Buffer.concat([this.#rest, chunk])
    }
  }

  /** The stream must end here. */
  async end(): Promise<void> {
    if (this.#rest.length > 0 || (await this.#next())) throw new ArchiveDamagedError('bytes follow its end')
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#chunks.next()
    return done === true ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
}
