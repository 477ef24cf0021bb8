import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hashesOf, hex, readGolden } from '../testing/golden-journal.ts'
import { profiles } from '../testing/stream-profiles.ts'

const folder = new URL('../testing/golden/', import.meta.url)
const files = readdirSync(folder)

test('there is a golden journal for every kind of stream', () => {
  expect(files.toSorted()).toEqual(
    Object.keys(profiles)
      .map((profile) => `${profile}.txt`)
      .toSorted(),
  )
})

test.each(files)('%s leads to the hashes it led to when it was written', (file) => {
  const journal = readGolden(readFileSync(new URL(file, folder), 'utf8'))
  const { runningHash, stateHash } = hashesOf(journal)
  expect(hex(runningHash)).toBe(hex(journal.runningHash))
  expect(hex(stateHash)).toBe(hex(journal.stateHash))
})

test('a journal with one command less does not', () => {
  const journal = readGolden(readFileSync(new URL(files[0], folder), 'utf8'))
  const { runningHash } = hashesOf({ ...journal, commands: journal.commands.slice(0, -1) })
  expect(runningHash).not.toBe(journal.runningHash)
})

test('plain Node comes to the same, with no permission but to read', () => {
  const program = new URL('../testing/replay-golden.ts', import.meta.url)
  const core = fileURLToPath(new URL('../', import.meta.url))
  const args = ['--permission', `--allow-fs-read=${core}`, '--no-warnings', fileURLToPath(program)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout.match(/ same$/gm)).toHaveLength(files.length)
  expect(status).toBe(0)
})
