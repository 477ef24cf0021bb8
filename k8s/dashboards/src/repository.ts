import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)

/** @param path relative to the root of the repository */
export function fileOf(path: string): string {
  return fileURLToPath(new URL(path, root))
}
