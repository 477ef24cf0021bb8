import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A text file of the repository. `path` is relative to its root, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** What one rule found wrong, a sentence each; empty when all is well. */
export type Rule = (files: readonly SourceFile[]) => string[]

export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Folders that hold no text of ours. `data` is where the standalone exchange keeps its database. */
const skipped = new Set(['node_modules', '.git', 'data', 'coverage'])
const readable = /\.(ts|js|mjs|json|md|sql|ya?ml|sh|txt|csv)$|\/(Dockerfile|run|LICENSE)$/

/** Every text file, sorted by path. */
export function repository(): SourceFile[] {
  const paths: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && !skipped.has(entry.name)) walk(path)
      else if (entry.isFile() && readable.test(`/${path}`)) paths.push(path)
    }
  }
  walk('')
  return paths.toSorted().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** Code we write: TypeScript and the few JavaScript files. */
export function isCode(file: SourceFile): boolean {
  return /\.(ts|js|mjs)$/.test(file.path)
}

/** Tests and what only tests import. */
export function isTest(path: string): boolean {
  return /\.test\.ts$|\/(test|testing)\//.test(path)
}

/** The rules themselves and their tests quote what they forbid. */
export function quotesRules(path: string): boolean {
  return path.startsWith('shared/tidy/src/')
}

/** The workspace a file lies in: `shared/core`, `services/engine`, `loadtests`; empty at the root. */
export function roomOf(path: string): string {
  const [first, second, third] = path.split('/')
  if (first === 'loadtests') return 'loadtests'
  if (first === 'k8s' && ['deploy', 'image', 'secrets'].includes(second ?? '')) return `k8s/${second}`
  return (first === 'shared' || first === 'services') && third !== undefined ? `${first}/${second}` : ''
}

/** The text without comments, strings kept: good enough for searching. Lines keep their numbers. */
export function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|[^:'"`\\])\/\/.*$/gm, '$1')
}

/** 1-based line of a position. */
export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
