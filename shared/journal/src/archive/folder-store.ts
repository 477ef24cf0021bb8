import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveStore } from './archive-store.ts'

const PART = '.part'
/** A part that was not written to for this long was left behind by a process that ended, ms. */
const ABANDONED_MS = 3_600_000

/** An archive in a folder, which is created when it is first needed. */
export class FolderStore implements ArchiveStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async names(): Promise<string[]> {
    return (await this.#entries()).filter((name) => !name.endsWith(PART)).toSorted()
  }

  read(name: string): AsyncIterable<Uint8Array> {
    return createReadStream(join(this.#folder, name))
  }

  async save(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await this.#sweep()
    const part = join(this.#folder, `${name}.${randomBytes(6).toString('hex')}${PART}`)
    try {
      const file = await open(part, 'wx')
      try {
        for await (const bytes of content) await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(part, join(this.#folder, name))
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
    // The new name is durable only when the folder is: a folder is a file, too.
    const folder = await open(this.#folder)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  async #entries(): Promise<string[]> {
    try {
      return await readdir(this.#folder)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    }
  }

  async #sweep(): Promise<void> {
    for (const name of await this.#entries()) {
      if (!name.endsWith(PART)) continue
      const path = join(this.#folder, name)
      // Another process may remove it at the same time.
      const written = await stat(path).catch(() => undefined)
      if (written && Date.now() - written.mtimeMs > ABANDONED_MS) await rm(path, { force: true })
    }
  }
}
