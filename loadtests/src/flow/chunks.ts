import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

const CHUNK_BYTES = 1 << 18

/** The content of a file in chunks, unpacked when it is gzip; and how much of the file has been read so far. */
export interface Chunks {
  readonly fileBytes: number
  readonly readBytes: () => number
  readonly data: AsyncIterable<Buffer>
}

/** @throws Error (with `code`) when the file cannot be opened; iterating throws when the gzip data are damaged */
export async function openChunks(path: string): Promise<Chunks> {
  const handle = await open(path)
  const magic = Buffer.alloc(2)
  await handle.read(magic, 0, 2, 0)
  const { size } = await handle.stat()
  await handle.close()
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  const packed = magic[0] === 0x1f && magic[1] === 0x8b
  // `pipeline` carries an error of the file to the reader of the unpacked data, and destroys both.
  const data = packed ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined) : file
  return { fileBytes: size, readBytes: () => file.bytesRead, data }
}
