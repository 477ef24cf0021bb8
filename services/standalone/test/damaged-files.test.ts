import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf, Problem } from '@uptick/commandline'
import { PostgresError } from '@uptick/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRunning, runningOn } from '@uptick/data-folder'
import { DataFolder } from '../src/folder/data-folder.ts'
import { Database } from '../src/processes/database.ts'
import { folderCertificate } from '../src/folder/folder-certificate.ts'
import { stopLeftovers } from '../src/processes/leftovers.ts'

/*
 * Every file of the data folder that a start reads, as a crashed machine or a hand may leave it. What can be made again is
 * made again, and the start goes on; of anything else it says in a sentence which file it is, and touches nothing.
 */
const HOST = '127.0.0.1'
const running = {
  process: 1,
  url: 'http://127.0.0.1:8080',
  operatorUrl: 'http://127.0.0.1:8081',
  controlUrl: 'http://127.0.0.1:8082',
  databaseUrl: '',
  ops: {},
  processes: { 'engine-1': 1 },
}

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-damaged-'))
  await start()
  writeFileSync(join(folder, 'running.json'), JSON.stringify(running))
  writeFileSync(join(folder, 'settings.json.new'), '{}')
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As a crash leaves it: of a process that is gone. */
const PID_FILE = '2147483646\n/somewhere\n1750000000\n5432\n\n127.0.0.1\n'

/** What a start does with the folder before it runs services. */
async function start(withDatabase = true): Promise<void> {
  const data = DataFolder.open(folder)
  try {
    await stopLeftovers(folder, () => undefined)
    await folderCertificate(data, HOST)
    if (!withDatabase) return
    const database = await Database.start({
      directory: data.file('postgres'),
      password: data.settings.databasePassword,
      logFile: data.file('logs', 'postgres.log'),
      initdbFlags: ['--no-sync'],
      onRestart: () => undefined,
      onStarted: () => undefined,
    })
    await database.stop('fast')
  } finally {
    data.release()
  }
}

/** How a start on the folder ends: with nothing to say, or with what it says. */
async function outcome(withDatabase: boolean): Promise<string> {
  try {
    await start(withDatabase)
    return ''
  } catch (error) {
    if (error instanceof Problem || error instanceof PostgresError) return messageOf(error)
    throw error
  }
}

const damages: readonly (readonly [string, (whole: Buffer) => Buffer])[] = [
  ['empty', () => Buffer.alloc(0)],
  ['garbage', () => Buffer.from('\0\u{fffd}garbage = [\n'.repeat(20))],
  ['{}', () => Buffer.from('{}')],
  ['truncated', (whole) => whole.subarray(0, Math.floor(whole.length / 2))],
]

/** Damage one file, see what becomes of a start, and put it back. */
async function damaged(name: string, damage: (whole: Buffer) => Buffer): Promise<{ said: string; left: boolean }> {
  const path = join(folder, name)
  if (name === 'postgres/postmaster.pid') writeFileSync(path, PID_FILE)
  const whole = readFileSync(path)
  const broken = damage(whole)
  // In place: its owner is PostgreSQL's.
  writeFileSync(path, broken)
  try {
    const said = await outcome(name.startsWith('postgres/'))
    return { said, left: existsSync(path) && readFileSync(path).equals(broken) }
  } finally {
    if (name === 'postgres/postmaster.pid') rmSync(path, { force: true })
    else writeFileSync(path, whole)
  }
}

const each = (names: readonly string[]) =>
  names.flatMap((name) => damages.map(([how, damage]) => [name, how, damage] as const))

describe('a start goes on where nothing is lost with', () => {
  test.each(each(['running.json', 'lock', 'link-secret', 'settings.json.new', 'postgres/postmaster.pid']))(
    '%s, %s',
    async (name, _, damage) => {
      expect((await damaged(name, damage)).said).toBe('')
    },
  )
})

describe('a start refuses, names the file and leaves it as it is', () => {
  test.each(each(['settings.json', 'flags.json', 'tls-cert.pem', 'tls-key.pem', 'postgres/PG_VERSION']))(
    '%s, %s',
    async (name, _, damage) => {
      const { said, left } = await damaged(name, damage)
      expect(said).toContain(name)
      expect(said).not.toMatch(/\n|undefined|null/)
      expect(left).toBe(true)
    },
  )
})

describe('a start goes on, or PostgreSQL says what it cannot read:', () => {
  const files = ['postgresql.conf', 'postgresql.auto.conf', 'pg_hba.conf', 'pg_ident.conf', 'global/pg_control']
  test.each(each([...files, 'global/pg_filenode.map'].map((name) => `postgres/${name}`)))(
    '%s, %s',
    async (name, _, damage) => {
      const { said } = await damaged(name, damage)
      expect(said).toMatch(/^$|^PostgreSQL does not start in |^The database in .* cannot be used: /)
      expect(said).not.toMatch(/\n +at /)
    },
  )
})

test.each(damages.map(([how, damage]) => [how, damage] as const))(
  'status says that running.json is %s',
  (_, damage) => {
    const path = join(folder, 'running.json')
    const whole = readFileSync(path)
    writeFileSync(path, damage(whole))
    try {
      expect(() => runningOn(folder)).toThrow(Problem)
      expect(() => readRunning(folder)).toThrow(/running\.json is damaged .*writes it anew/)
    } finally {
      writeFileSync(path, whole)
    }
    expect(statSync(path).size).toBe(whole.length)
    expect(readRunning(folder)).toEqual(running)
  },
)
