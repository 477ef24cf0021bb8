import { describe, expect, test } from 'vitest'
import { repository, type Rule } from './repository.ts'
import * as rules from './text-rules.ts'

const files = repository()

/** Apply a rule to one planted file. */
function planted(rule: Rule, path: string, text: string): string[] {
  return rule([{ path, text }])
}

describe('length of files', () => {
  test('holds', () => expect(rules.fileLength(files)).toEqual([]))
  test('bites', () => {
    const lines = (count: number): string => 'x\n'.repeat(count)
    expect(planted(rules.fileLength, 'shared/a/src/b.ts', lines(rules.FILE_LINES_MAX))).toEqual([])
    expect(planted(rules.fileLength, 'shared/a/src/b.ts', lines(rules.FILE_LINES_MAX + 1))).toHaveLength(1)
    const machine = '// A state machine in one piece: every step changes what the next may do.\n'
    const machineOf = (count: number): string => machine + lines(count - 1)
    expect(planted(rules.fileLength, 'shared/a/src/b.ts', machineOf(rules.MACHINE_LINES_MAX))).toEqual([])
    expect(planted(rules.fileLength, 'shared/a/src/b.ts', machineOf(rules.MACHINE_LINES_MAX + 1))).toHaveLength(1)
  })
})

describe('names of files and folders', () => {
  test('hold', () => expect(rules.names(files)).toEqual([]))
  test('bite', () => {
    expect(planted(rules.names, 'shared/core/utils/x.ts', '')).toHaveLength(1)
    expect(planted(rules.names, 'shared/core/src/utils.ts', '')).toHaveLength(1)
    expect(planted(rules.names, 'shared/core/src/utils.test.ts', '')).toHaveLength(1)
    expect(planted(rules.names, 'shared/core/src/orderBook.ts', '')).toHaveLength(1)
    expect(planted(rules.names, 'shared/core/src/order-book.ts', '')).toEqual([])
  })
})

describe('leftovers', () => {
  test('hold', () => expect(rules.leftovers(files)).toEqual([]))
  test('bite', () => {
    expect(planted(rules.leftovers, 'shared/a/src/b.ts', '// TODO: later')).toHaveLength(1)
    expect(planted(rules.leftovers, 'README.md', '\n\nFIXME')).toEqual(['README.md:3: leftover FIXME'])
  })
})

describe('silenced tests', () => {
  test('hold', () => expect(rules.silencedTests(files)).toEqual([]))
  test('bite', () => {
    expect(planted(rules.silencedTests, 'a/src/b.test.ts', "test.only('x', () => {})")).toHaveLength(1)
    expect(planted(rules.silencedTests, 'a/src/b.test.ts', "describe.skip('x', () => {})")).toHaveLength(1)
    expect(planted(rules.silencedTests, 'a/src/b.test.ts', "test.skipIf(!given)('x', () => {})")).toEqual([])
  })
})

describe('suppressions', () => {
  test('hold', () => expect(rules.suppressions(files)).toEqual([]))
  test('bite', () => {
    expect(planted(rules.suppressions, 'a/src/b.ts', '// @ts-ignore')).toHaveLength(1)
    expect(planted(rules.suppressions, 'a/src/b.ts', '// oxlint-disable no-console')).toHaveLength(1)
    expect(planted(rules.suppressions, 'a/src/b.ts', '// oxlint-disable-next-line no-console -- why')).toEqual([])
  })
})

describe('names of bounds', () => {
  test('hold', () => expect(rules.boundNames(files)).toEqual([]))
  test('bite', () => {
    expect(planted(rules.boundNames, 'a/src/b.ts', 'const HOLD_MAX_MS = 1')).toHaveLength(1)
    expect(planted(rules.boundNames, 'a/src/b.ts', 'const holdMaxMs = 1')).toHaveLength(1)
    expect(planted(rules.boundNames, 'a/src/b.ts', 'const HOLD_MS_MAX = 1, QUEUE_MAX = holdMsMax')).toEqual([])
  })
})

describe('words', () => {
  test('hold', () => expect(rules.words(files)).toEqual([]))
  test('bite', () => {
    expect(planted(rules.words, 'README.md', 'after the hand-over')).toHaveLength(1)
    expect(planted(rules.words, 'a/src/b.ts', 'leader.handOver() // until the time-out')).toHaveLength(2)
    expect(planted(rules.words, 'a/src/b.ts', 'leader.handOff() // a handshake with a timeout')).toEqual([])
  })
})

describe('pools of tests', () => {
  test('hold', () => expect(rules.testPools(files)).toEqual([]))
  test('bite', () => {
    expect(planted(rules.testPools, 'shared/a/test/b.test.ts', 'const pool = new Pool({ max: 1 })')).toHaveLength(1)
    expect(planted(rules.testPools, 'shared/a/src/b.ts', 'const pool = new Pool({ max: 1 })')).toEqual([])
  })
})

describe('flags', () => {
  test('are in use', () => expect(rules.flagsInUse(files)).toEqual([]))
  test('that are not in use are found', () => {
    const registry = { path: 'shared/runtime/src/flags/declared.ts', text: "  'plain-http': {\n  'shared-limits': {\n" }
    const user = { path: 'services/a/src/b.ts', text: "flags.isOn('plain-http')" }
    expect(rules.flagsInUse([registry, user])).toEqual([expect.stringContaining('shared-limits')])
  })
})

describe('the environment', () => {
  test('is read only at the edge of a process', () => expect(rules.environment(files)).toEqual([]))
  test('bites', () => {
    const text = 'const port = process.env.PORT'
    expect(planted(rules.environment, 'services/engine/src/sequencer.ts', text)).toHaveLength(1)
    expect(planted(rules.environment, 'services/engine/src/config.ts', text)).toEqual([])
    expect(planted(rules.environment, 'services/engine/test/kill.test.ts', text)).toEqual([])
  })
})

describe('SQL', () => {
  test('stays in the rooms that own tables', () => expect(rules.sqlPlaces(files)).toEqual([]))
  test('bites', () => {
    const text = 'const rows = await pool.query(`SELECT * FROM journal_head`)'
    expect(planted(rules.sqlPlaces, 'services/engine/src/leader.ts', text)).toHaveLength(1)
    expect(planted(rules.sqlPlaces, 'shared/journal/src/head.ts', text)).toEqual([])
    expect(
      planted(rules.sqlPlaces, 'services/engine/src/leader.ts', "// `SELECT 1`\nconst select = 'SELECTED'"),
    ).toEqual([])
  })
})

describe('connections to PostgreSQL', () => {
  test('are made in one place', () => expect(rules.connectionPlace(files)).toEqual([]))
  test('bite', () => {
    const text = "import { Pool } from 'pg'\nimport pg from 'pg'\nimport type { Client } from 'pg'"
    expect(planted(rules.connectionPlace, 'services/gateway/src/x.ts', text)).toHaveLength(2)
    expect(planted(rules.connectionPlace, 'shared/journal/src/connections/x.ts', text)).toEqual([])
    expect(planted(rules.connectionPlace, 'services/gateway/test/x.test.ts', text)).toEqual([])
  })
})
