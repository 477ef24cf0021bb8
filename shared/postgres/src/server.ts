import { spawn, type ChildProcess } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findBinaries } from './binaries.ts'
import { freePort } from './free-port.ts'
import { chooseIdentity, type Identity } from './identity.ts'
import { endServer, readPidFile, stopLeftover } from './leftover.ts'
import { PostgresError } from './postgres-error.ts'

const START_MS_MAX = 60_000
/** Past the start's bound: for PostgreSQL to end by itself. */
const START_QUIT_MS = 10_000
const POLL_MS = 20
/** A server killed a moment ago may still hold shared memory, and a free port may be taken by another process. */
const START_ATTEMPTS_MAX = 20
const RETRY_MS = 500

export interface PostgresOptions {
  /** The data directory; created and initialised when it does not exist. */
  readonly directory: string
  readonly password: string
  /** 0 or absent: any free port of 127.0.0.1. */
  readonly port?: number
  /** Where the server writes its log. */
  readonly logFile: string
  /** Server settings, as `-c name=value`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Flags of initdb, for tests (`--no-sync`). */
  readonly initdbFlags?: readonly string[]
}

export interface PostgresServer {
  readonly pid: number
  readonly port: number
  /** True when this start made the directory. */
  readonly initialised: boolean
  url(database?: string): string
  /** Settled when the process has ended, however it came to it. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /**
   * `fast` ends sessions and writes a checkpoint; `immediate` leaves recovery to the next start. One that does not end so
   * in its time is ended in a rougher way, SIGKILL at last.
   *
   * @throws PostgresError when it does not end even then
   */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

/**
 * PostgreSQL from npm as a child process in its own process group, listening on 127.0.0.1 only. A left-over server of
 * the same directory is stopped first. Should this process die without stopping it, a guard does within seconds.
 *
 * @throws PostgresError with the last lines of the log when it cannot be started
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const directory = resolve(options.directory)
  const binaries = await findBinaries()
  await stopLeftover(directory)
  const initialised = !existsSync(join(directory, 'PG_VERSION'))
  if (initialised) await initialise({ ...options, directory }, binaries.initdb)
  const identity = chooseIdentity(directory, binaries.postgres)
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort())
    const child = launch({ ...options, directory }, identity, binaries.postgres, port)
    const exited = exitOf(child)
    if (await becomesReady(child, exited, directory))
      return server(child, exited, port, options, directory, initialised)
    const log = tailOf(options.logFile)
    if (attempt >= START_ATTEMPTS_MAX || !/shared memory block|could not bind|Address already in use/.test(log))
      throw new PostgresError(`PostgreSQL does not start in ${directory}; the end of its log:\n${log}`)
    await delay(RETRY_MS)
  }
}

/** The folder gets its name when it is complete: an interrupted initdb leaves nothing that looks like a database. */
async function initialise(options: PostgresOptions, initdb: string): Promise<void> {
  const making = `${options.directory}.new`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true, mode: 0o700 })
  const identity = chooseIdentity(making, initdb)
  const passwordFile = `${making}.password`
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 })
  if (identity.uid !== undefined && identity.gid !== undefined) {
    chownSync(making, identity.uid, identity.gid)
    chownSync(passwordFile, identity.uid, identity.gid)
  }
  try {
    const flags = ['-D', making, '-U', 'uptick', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    const collation = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    const child = run(identity, initdb, [...flags, ...collation, ...(options.initdbFlags ?? [])], options.logFile)
    const { code } = await exitOf(child)
    if (code !== 0) {
      const log = tailOf(options.logFile)
      throw new PostgresError(
        `PostgreSQL cannot make its data folder ${options.directory}; the end of its log:\n${log}`,
      )
    }
    renameSync(making, options.directory)
  } finally {
    rmSync(making, { recursive: true, force: true })
    rmSync(passwordFile, { force: true })
  }
}

function launch(options: PostgresOptions, identity: Identity, program: string, port: number): ChildProcess {
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...options.settings }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return run(identity, program, ['-D', options.directory, '-p', String(port), ...flags], options.logFile)
}

function run(identity: Identity, program: string, args: string[], logFile: string): ChildProcess {
  const [first = program, ...rest] = [...identity.prefix, program, ...args]
  // setpriv changes the user itself, while it still may.
  const { uid, gid } = identity
  const user = identity.prefix.length === 0 && uid !== undefined && gid !== undefined ? { uid, gid } : {}
  const log = openLog(logFile)
  try {
    const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' }
    return spawn(first, rest, { ...user, env, detached: true, stdio: ['ignore', log ?? 'ignore', log ?? 'ignore'] })
  } finally {
    if (log !== undefined) closeSync(log)
  }
}

/** In a folder that is made anew when it was removed. Undefined when it cannot be opened: it runs without. */
function openLog(path: string): number | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'a', 0o600)
  } catch {
    return undefined
  }
}

function exitOf(child: ChildProcess): PostgresServer['exited'] {
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code, signal) => done({ code, signal }))
  })
}

async function becomesReady(
  child: ChildProcess,
  exited: PostgresServer['exited'],
  directory: string,
): Promise<boolean> {
  const state = { running: true }
  void exited.then(() => (state.running = false))
  for (let waited = 0; state.running; waited += POLL_MS) {
    const found = readPidFile(directory)
    if (found?.pid === child.pid && found?.ready) return true
    if (waited > START_MS_MAX) child.kill(waited > START_MS_MAX + START_QUIT_MS ? 'SIGKILL' : 'SIGQUIT')
    await delay(POLL_MS)
  }
  return false
}

function server(
  child: ChildProcess,
  exited: PostgresServer['exited'],
  port: number,
  options: PostgresOptions,
  directory: string,
  initialised: boolean,
): PostgresServer {
  const { pid } = child
  if (pid === undefined) throw new PostgresError('PostgreSQL could not be started')
  const guard = guardAgainstOrphan(pid, directory)
  void exited.then(() => dismiss(guard))
  return {
    pid,
    port,
    initialised,
    exited,
    url: (database = 'postgres') =>
      `postgres://uptick:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}`,
    stop: async (mode = 'fast') => {
      child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      // Once it has ended, another server may use the directory.
      if (child.exitCode === null && child.signalCode === null) await endServer(directory, mode, () => undefined)
      await exited
    },
  }
}

/**
 * A shell that waits for its standard input to end, which happens when this process dies in whatever way, gives the
 * services a moment to finish, and then stops the server – if the pid file still names it.
 */
function guardAgainstOrphan(pid: number, directory: string): ChildProcess {
  const script = 'cat >/dev/null; sleep 3; [ "$(head -n 1 "$1" 2>/dev/null)" = "$2" ] && kill -INT "$2"'
  const args = ['-c', script, 'postgres-guard', join(directory, 'postmaster.pid'), String(pid)]
  const guard = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  guard.unref()
  guard.stdin?.on('error', () => undefined)
  if (guard.stdin instanceof Socket) guard.stdin.unref()
  return guard
}

/** Its whole group: the shell and what it waits with. */
function dismiss(guard: ChildProcess): void {
  if (guard.pid === undefined || guard.exitCode !== null) return
  try {
    process.kill(-guard.pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

function tailOf(logFile: string): string {
  if (!existsSync(logFile)) return '(no log)'
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
}
