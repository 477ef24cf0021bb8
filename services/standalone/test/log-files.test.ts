import { appendFileSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogFiles, rotateLog } from '../src/logs/log-files.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-logs-'))
  path = join(folder, 'engine.log')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

test('a log that is too long is rotated, and a process that has it open continues in the empty file', async () => {
  const open = openSync(path, 'a')
  try {
    for (const generation of ['one', 'two', 'three', 'four']) {
      writeSync(open, `${generation} is longer than ten bytes`)
      await rotateLog(path, 10, 2)
    }
    writeSync(open, 'after')
  } finally {
    closeSync(open)
  }
  expect(readdirSync(folder).toSorted()).toEqual(['engine.log', 'engine.log.1', 'engine.log.2'])
  expect(read('engine.log')).toBe('after')
  expect(read('engine.log.1')).toContain('four')
  expect(read('engine.log.2')).toContain('three')
})

test('one that is short is left alone', async () => {
  appendFileSync(path, '0123456789')
  await rotateLog(path, 10, 2)
  expect(readdirSync(folder)).toEqual(['engine.log'])
})

test('a log whose copy does not fit is cut all the same', async () => {
  appendFileSync(path, 'longer than ten bytes')
  // The place of the copy cannot be written, as on a full disk.
  const taken = join(folder, 'engine.log.1')
  await rotateLog(path, 10, 1, () => Promise.reject(new Error(`ENOSPC: no space left on device, copyfile -> ${taken}`)))
  expect(read('engine.log')).toBe('')
  expect(readdirSync(folder)).toEqual(['engine.log'])
})

test('a log is opened in a folder that was removed, and who removes logs in use hears of it once', async () => {
  const told: string[] = []
  const logs = new LogFiles((sentence) => told.push(sentence))
  const inside = join(folder, 'logs', 'engine.log')
  const openAnew = () => {
    const file = logs.open(inside)
    expect(file).toBeDefined()
    closeSync(file!)
  }
  try {
    openAnew()
    for (const round of [1, 2]) {
      rmSync(join(folder, 'logs'), { recursive: true })
      await logs.look()
      await logs.look()
      expect(told).toEqual(Array(round).fill(expect.stringContaining(`${inside} removed while in use`)))
      openAnew()
      await logs.look()
    }
  } finally {
    logs.close()
  }
})

test('a log that cannot be opened is told, and its process runs without', () => {
  const told: string[] = []
  const logs = new LogFiles((sentence) => told.push(sentence))
  appendFileSync(path, 'a file, and no folder')
  expect(logs.open(join(path, 'engine.log'))).toBeUndefined()
  logs.close()
  expect(told).toEqual([
    expect.stringMatching(/engine\.log\/engine\.log cannot be opened \(.*\): what is logged there is lost$/),
  ])
})
