import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { alive, startPostgres } from '../src/index.ts'

// mkdtemp makes the folder closed to others, so as root this also covers the way through setpriv.
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-database-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = () => ({
  directory: join(folder, 'db'),
  password: 'p@ss word',
  logFile: join(folder, 'postgres.log'),
  initdbFlags: ['--no-sync'],
})

test('a new folder is initialised once, and the server stops in an orderly way', async () => {
  const first = await startPostgres(options())
  expect(first.initialised).toBe(true)
  await first.stop()
  expect(await first.exited).toEqual({ code: 0, signal: null })

  const second = await startPostgres(options())
  expect(second.initialised).toBe(false)
  await second.stop('immediate')
  expect(existsSync(join(folder, 'db.new'))).toBe(false)
})

test('a server whose supervisor was killed is stopped by the next start', async () => {
  const module = JSON.stringify(new URL('../src/index.ts', import.meta.url).href)
  const code = `const { startPostgres } = await import(${module})
    await startPostgres(${JSON.stringify(options())}); process.kill(process.pid, 'SIGKILL')`
  const supervisor = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' })
  await new Promise((done) => supervisor.once('exit', done))
  const orphan = Number(readFileSync(join(folder, 'db', 'postmaster.pid'), 'utf8').split('\n')[0])
  expect(alive(orphan)).toBe(true)

  const next = await startPostgres(options())
  expect(alive(orphan)).toBe(false)
  expect(next.pid).not.toBe(orphan)
  await next.stop()
})

test('a folder that is not a database is refused with the reason, and left as it is', async () => {
  const broken = join(folder, 'broken')
  const server = await startPostgres({ ...options(), directory: broken })
  await server.stop()
  rmSync(join(broken, 'global', 'pg_control'))
  await expect(startPostgres({ ...options(), directory: broken })).rejects.toThrow(/pg_control/)
  expect(existsSync(join(broken, 'base'))).toBe(true)
})
