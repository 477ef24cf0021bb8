import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DataFolder } from '../folder/data-folder.ts'
import { clusterDefinitions, PORT_NAMES, type Ports } from './definitions.ts'

const path = mkdtempSync(join(tmpdir(), 'uptick-definitions-'))
const folder = DataFolder.open(path)
afterAll(() => {
  folder.release()
  rmSync(path, { recursive: true })
})

const ports = Object.fromEntries(PORT_NAMES.map((name, index) => [name, 7_000 + index])) as Ports
const surroundings = { databaseUrl: 'postgres://x', redisUrl: '', certificate: undefined, gateway: {}, engine: {} }

/** A setting of every process of a kind. */
function settingOf(kind: string, name: string, linkUrls: readonly string[] = []): (string | undefined)[] {
  const definitions = clusterDefinitions(folder, ports, { ...surroundings, linkUrls })
  return definitions.filter((definition) => definition.kind === kind).map(({ environment }) => environment[name])
}

test('each engine keeps what it holds of a halted shard in its own file', () => {
  expect(settingOf('engine', 'EVIDENCE_FOLDER')).toEqual([
    join(path, 'evidence', 'engine-1'),
    join(path, 'evidence', 'engine-2'),
  ])
})

test('engines are reached at their ports, or at the addresses given for them', () => {
  const direct = ['ws://127.0.0.1:7003/link', 'ws://127.0.0.1:7004/link']
  expect([settingOf('engine', 'LINK_URL'), settingOf('gateway', 'ENGINE_URLS')[1]]).toEqual([direct, direct.join()])
  const before = ['ws://proxy:1/link', 'ws://proxy:2/link']
  expect(settingOf('engine', 'LINK_URL', before)).toEqual(before)
  expect(settingOf('gateway', 'ENGINE_URLS', before)).toEqual([before.join(), before.join()])
})
