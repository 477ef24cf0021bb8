import { chownSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkOwner, ownerOf } from '../src/folder/folder-owner.ts'

const ROOT = 0
const NOBODY = 65_534

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-owner-'))
  // Who is not root has made it as an ordinary user already.
  if (process.getuid?.() === ROOT) chownSync(folder, NOBODY, NOBODY)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('root does not start in the folder of an ordinary user, nor make one in it', () => {
  const name = ownerOf(folder) ?? ''
  expect(name).not.toBe('root')
  expect(() => checkOwner(folder, ROOT)).toThrow(
    `The data folder ${folder} belongs to ${name}, and this is root: ${name} could not use the exchange's files afterwards. ` +
      `Start it as ${name}, or name a folder of root's with --data.`,
  )
  expect(() => checkOwner(join(folder, 'a', 'data'), ROOT)).toThrow(`${folder} belongs to ${name}, and this is root`)
  expect(readdirSync(folder)).toEqual([])
})

test('an ordinary user, and root in a folder of its own, go on', () => {
  expect(() => checkOwner(folder, statSync(folder).uid)).not.toThrow()
  expect(() => checkOwner(folder, undefined)).not.toThrow()
  expect(() => checkOwner('/a-folder-of-root/data', ROOT)).not.toThrow()
})
