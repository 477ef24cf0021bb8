import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WatchedFiles } from '../src/watched-files.ts'

let folder: string
let files: WatchedFiles<string> | undefined
let told: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-watched-'))
  told = []
})

afterEach(() => {
  files?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A pair that belongs together when both have the same letter. */
function open(...names: string[]): Promise<WatchedFiles<string>> {
  return WatchedFiles.open({
    paths: names.map((name) => join(folder, name)),
    parse: (contents) => {
      const letters = new Set(contents.map((content) => content.toString()[0]))
      if (letters.size !== 1) throw new Error(`a pair of ${[...letters].join(' and ')}`)
      return [...letters][0]!
    },
    changed: (value) => told.push(`changed to ${value}`),
    failed: (error) => told.push(error ? `failed: ${error.message}` : 'good again'),
    everyMs: 3_600_000,
  })
}

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)

/** As a kubelet puts a Secret into a pod: a folder for each version, and a link that is moved from one to the next. */
function publish(version: string, contents: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, version))
  for (const [name, text] of Object.entries(contents)) write(join(version, name), text)
  symlinkSync(version, join(folder, '..new'))
  renameSync(join(folder, '..new'), join(folder, '..data'))
}

test('what is replaced by moving a link is seen', async () => {
  publish('..1', { cert: 'a', key: 'a' })
  for (const name of ['cert', 'key']) symlinkSync(join('..data', name), join(folder, name))
  files = await open('cert', 'key')
  expect(files.value).toBe('a')
  await files.look()
  expect(told).toEqual([])
  publish('..2', { cert: 'b', key: 'b' })
  await files.look()
  expect(files.value).toBe('b')
  expect(told).toEqual(['changed to b'])
})

test('files that cannot be used leave what was, and it is said once; a pair that is being replaced is not one', async () => {
  write('cert', 'a')
  write('key', 'a')
  files = await open('cert', 'key')
  write('cert', 'b')
  await files.look()
  expect([files.value, told]).toEqual(['a', []])
  write('key', 'b')
  await files.look()
  expect([files.value, told.splice(0)]).toEqual(['b', ['changed to b']])
  write('key', 'c')
  for (let i = 0; i < 3; i++) await files.look()
  expect([files.value, told.splice(0)]).toEqual(['b', ['failed: a pair of b and c']])
  rmSync(join(folder, 'key'))
  for (let i = 0; i < 3; i++) await files.look()
  expect([files.value, told.splice(0)]).toEqual(['b', []])
  write('key', 'b')
  await files.look()
  expect([files.value, told]).toEqual(['b', ['good again']])
})

test('files that cannot be used at first are an error', async () => {
  write('cert', 'a')
  await expect(open('cert', 'key')).rejects.toThrow('ENOENT')
  write('key', 'b')
  await expect(open('cert', 'key')).rejects.toThrow('a pair of a and b')
})
