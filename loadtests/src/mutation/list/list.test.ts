import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mutated } from '../mutation.ts'
import { rooms } from './index.ts'

const pathOf = (file: string): string => fileURLToPath(new URL(`../../../../${file}`, import.meta.url))
const all = rooms.flatMap(({ mutations }) => mutations)

/** One that does not apply any more is to be changed with its code, or to make room for another. */
test('every mutation that is kept still applies, and its tests are there', () => {
  const wrong = all.flatMap((mutation) => {
    const missing = [mutation.file, ...mutation.tests].filter((file) => !existsSync(pathOf(file)))
    if (missing.length > 0) return missing.map((file) => `${file} is not there`)
    try {
      mutated(mutation, readFileSync(pathOf(mutation.file), 'utf8'))
      return []
    } catch (error) {
      return [String(error)]
    }
  })
  expect(wrong).toEqual([])
})

test('each is kept once, and has a reason where it changes nothing', () => {
  const names = all.map(({ file, find, replace }) => `${file}: ${find} → ${replace}`)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(all.filter(({ equivalent }) => equivalent === '')).toEqual([])
  expect(all.length).toBeGreaterThanOrEqual(100)
})
