import { cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { mutated, type Mutation } from './mutation.ts'

const LEFT_OUT = new Set(['node_modules', '.git'])
/** Packages of this repository, which are links into the tree: into the copy, there. */
const OWN = '@uptick'

/** The tree in a folder of its own, for changes that must never reach the original. */
export class TreeCopy {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** @param root of the repository, with its packages installed */
  static async make(root: string): Promise<TreeCopy> {
    const copy = new TreeCopy(await mkdtemp(join(tmpdir(), 'uptick-mutants-')))
    await cp(root, copy.folder, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) })
    await linkPackages(join(root, 'node_modules'), join(copy.folder, 'node_modules'))
    return copy
  }

  /**
   * Do something while the bug is in the copy.
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
    return rm(this.folder, { recursive: true, force: true })
  }
}

/** A folder of packages that leads to the same ones, except to those of this repository. */
async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(join(to, OWN), { recursive: true })
  for (const name of await readdir(from)) {
    // What tools have put there belongs to the original.
    if (name === OWN || name === '.cache' || name.startsWith('.vite')) continue
    await symlink(join(from, name), join(to, name))
  }
  for (const name of await readdir(join(from, OWN))) {
    const path = join(from, OWN, name)
    if ((await lstat(path)).isSymbolicLink()) await symlink(await readlink(path), join(to, OWN, name))
  }
}
