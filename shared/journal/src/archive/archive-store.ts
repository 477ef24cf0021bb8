/**
 * Where archived parts of a journal are stored, each under a name and never changed: a folder, or another store with
 * these methods.
 */
export interface ArchiveStore {
  /** Names of all complete parts. */
  names(): Promise<string[]>
  /** The bytes of a part. Throws when no part has that name. */
  read(name: string): AsyncIterable<Uint8Array>
  /** Store all of `content` under `name`, or nothing; durable when it resolves. An existing part is replaced. */
  save(name: string, content: AsyncIterable<Uint8Array>): Promise<void>
}
