// The core imports nothing and is synchronous. This shows that compiler and linter say so when it is not.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from './repository.ts'

/** What must not get into the core, and the word that must be in the complaint. The first one of each is harmless. */
const forCompiler = [
  ['export const double = (x: bigint): bigint => BigInt.asIntN(64, x * 2n)', ''],
  ["import { readFileSync } from 'node:fs'\nexport const x = readFileSync", 'node:fs'],
  ['export const x = process.pid', "'process'"],
  ["console.log('x')\nexport {}", "'console'"],
  ['setTimeout(() => {}, 1)\nexport {}', "'setTimeout'"],
  ["export const x = fetch('http://localhost')", "'fetch'"],
  ['export const x = performance.now()', "'performance'"],
  ['export const x = crypto.randomUUID()', "'crypto'"],
  ["export const x = Buffer.from('x')", "'Buffer'"],
  ['export enum X { Y }', 'erasableSyntaxOnly'],
] as const

const forLinter = [
  ['export const max = (a: number, b: number): number => (a > b ? a : b)', ''],
  ["import 'node:fs'", 'no-nodejs-modules'],
  ["import { Pool } from 'pg'\nexport const x: typeof Pool = Pool", 'no-restricted-imports'],
  ['export const x = Date.now()', 'no-restricted-globals'],
  ['export const x = new Date()', 'no-restricted-globals'],
  ['export const x = Temporal.Now.instant()', 'no-restricted-globals'],
  ["export const x = new Intl.NumberFormat('en')", 'no-restricted-globals'],
  ['export const x = new WeakRef({})', 'no-restricted-globals'],
  ['export const x = new FinalizationRegistry(() => {})', 'no-restricted-globals'],
  ['export const x = globalThis', 'no-restricted-globals'],
  ['export const x = Promise.resolve(1)', 'no-restricted-globals'],
  ['export const x = Math.random()', 'no-restricted-properties'],
  ["export const x = 'a'.localeCompare('b')", 'no-restricted-properties'],
  ['export const x = (1).toLocaleString()', 'no-restricted-properties'],
  ['export async function x(): Promise<void> {}', 'synchronous'],
  ['export const x = async (): Promise<void> => {}', 'synchronous'],
  ["export const x = import('./y.ts')", 'synchronous'],
  ["console.log('x')", 'no-console'],
] as const

/** A copy of the walls around the core, without the core: the real configuration of compiler and linter. */
const folder = mkdtempSync(join(tmpdir(), 'core-wall-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Plant one file for each text, run the tool once, and give back its complaints about each file. */
function complaints(texts: readonly (readonly [string, string])[], tool: string, args: readonly string[]): string[] {
  const source = join(folder, 'shared/core/src')
  rmSync(source, { recursive: true, force: true })
  mkdirSync(source, { recursive: true })
  for (const [index, [text]] of texts.entries()) writeFileSync(join(source, `planted-${index}.ts`), `${text}\n`)
  const result = spawnSync(join(root, 'node_modules/.bin', tool), args, { cwd: folder, encoding: 'utf8' })
  if (result.error) throw result.error
  const lines = `${result.stdout}${result.stderr}`.split('\n')
  return texts.map((_text, index) => lines.filter((line) => line.includes(`planted-${index}.ts`)).join('\n'))
}

let compiled: string[] = []
let linted: string[] = []

beforeAll(() => {
  const copied = ['tsconfig.json', 'shared/core/tsconfig.json', 'shared/core/package.json', '.oxlintrc.json']
  for (const path of [...copied, 'shared/tidy/lint']) cpSync(join(root, path), join(folder, path), { recursive: true })
  const typeRoots = [join(root, 'node_modules/@types')]
  const config = { extends: './tsconfig.json', compilerOptions: { typeRoots }, include: ['src'] }
  writeFileSync(join(folder, 'shared/core/planted.json'), JSON.stringify(config))
  compiled = complaints(forCompiler, 'tsc', ['-p', 'shared/core/planted.json', '--pretty', 'false'])
  linted = complaints(forLinter, 'oxlint', ['-f', 'unix', 'shared/core/src'])
})

test.each(forCompiler.map(([text, named], index) => ({ text, named, index })))(
  'compiler: $text',
  ({ named, index }) => {
    if (named === '') expect(compiled[index]).toBe('')
    else expect(compiled[index]).toContain(named)
  },
)

test.each(forLinter.map(([text, named], index) => ({ text, named, index })))('linter: $text', ({ named, index }) => {
  if (named === '') expect(linted[index]).toBe('')
  else expect(linted[index]).toContain(named)
})
