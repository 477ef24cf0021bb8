import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EvidenceFolder } from '../src/containment.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-evidence-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('evidence is two files, and says where', () => {
  const path = new EvidenceFolder(join(folder, 'new')).keep('poison-0-7', Buffer.from('batch'), { sequence: 7 })
  expect(path).toBe(join(folder, 'new', 'poison-0-7'))
  expect(readFileSync(`${path}.batch`, 'utf8')).toBe('batch')
  expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toEqual({ sequence: 7 })
})

test('what was kept is found by the next process, in one piece, until it is discarded', () => {
  new EvidenceFolder(folder).keep('held-0', [Buffer.from('one'), Buffer.from('two')], {})
  expect(String(new EvidenceFolder(folder).find('held-0'))).toBe('onetwo')
  new EvidenceFolder(folder).discard('held-0')
  expect(new EvidenceFolder(folder).find('held-0')).toBeUndefined()
  expect(readdirSync(folder)).toEqual([])
  new EvidenceFolder(folder).discard('held-0')
})

test('on a full disk the evidence is not kept, which is reported instead: the engine continues', () => {
  symlinkSync('/dev/full', join(folder, 'poison-0-7.batch'))
  const said = new EvidenceFolder(folder).keep('poison-0-7', Buffer.from('batch'), { sequence: 7 })
  expect(said).toMatch(/^not kept: ENOSPC/)
})

test('the same for a folder that is none', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(new EvidenceFolder(join(folder, 'file')).keep('poison-0-7', Buffer.alloc(0), {})).toMatch(/^not kept: /)
})
