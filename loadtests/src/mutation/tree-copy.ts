import { chmod, cp, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { temporaryFolder, undoLater, type TemporaryFolder } from '@uptick/commandline'
import { mutated, type Mutation } from './mutation.ts'

const LEFT_OUT = new Set(['node_modules', '.git'])
/** Packages of this repository, which are links into the tree; in the copy they link into the copy. */
const OWN = '@uptick'

/** A copy of the tree in a folder of its own, for changes that must never reach the original. */
export class TreeCopy {
  readonly folder: string
  /** Folder for files of its tests. */
  readonly temporary: string
  readonly #whole: TemporaryFolder

  private constructor(whole: TemporaryFolder) {
    this.folder = join(whole.path, 'tree')
    this.temporary = join(whole.path, 'tmp')
    this.#whole = whole
  }

  /** @param root of the repository, with its packages installed */
  static async make(root: string): Promise<TreeCopy> {
    const whole = temporaryFolder('uptick-mutants-')
    const copy = new TreeCopy(whole)
    const copying = copy.#fill(root)
    // Nothing may be written any more when the folder is removed.
    await copying.finally(undoLater(() => copying.catch(() => undefined)))
    return copy
  }

  /**
   * Run something while the copy contains the bug.
   *
   * @throws Error when the mutation does not apply any more
   */
  async with<T>(mutation: Mutation, run: () => Promise<T>): Promise<T> {
    const path = join(this.folder, mutation.file)
    const text = await readFile(path, 'utf8')
    await writeFile(path, mutated(mutation, text))
    try {
      return await run()
    } finally {
      await writeFile(path, text)
    }
  }

  remove(): Promise<void> {
    return this.#whole.remove()
  }

  async #fill(root: string): Promise<void> {
    // PostgreSQL may run as another user, which needs access through this folder.
    await chmod(this.#whole.path, 0o711)
    await mkdir(this.temporary)
    await cp(root, this.folder, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) })
    await linkPackages(join(root, 'node_modules'), join(this.folder, 'node_modules'))
  }
}

/** A folder of packages with links to the same ones, except those of this repository. */
async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(join(to, OWN), { recursive: true })
  for (const name of await readdir(from)) {
    // Caches of tools belong to the original.
    if (name === OWN || name === '.cache' || name.startsWith('.vite')) continue
    await symlink(join(from, name), join(to, name))
  }
  for (const name of await readdir(join(from, OWN))) {
    const path = join(from, OWN, name)
    if ((await lstat(path)).isSymbolicLink()) await symlink(await readlink(path), join(to, OWN, name))
  }
}
