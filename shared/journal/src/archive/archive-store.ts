/** Where archived parts of a journal lie, each under a name and never changed: a folder, or anything that can do this. */
export interface ArchiveStore {
  /** Names of everything that is there whole. */
  names(): Promise<string[]>
  /** Its bytes. Throws when there is none of that name. */
  read(name: string): AsyncIterable<Uint8Array>
  /** All of `content` under `name`, or nothing; durable when it resolves. What was there is replaced. */
  save(name: string, content: AsyncIterable<Uint8Array>): Promise<void>
}
