import { randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCode, messageOf, Problem } from '@uptick/commandline'
import { lockFolder } from './folder-lock.ts'
import { checkOwner, ownerOf } from './folder-owner.ts'

const POSTGRES_MAJOR = '18'
const LINK_SECRET_NAME = 'link-secret'
/** One secret of 32 characters or more, or two while it is being replaced. */
const SECRETS_FORM = /^\s*[^\s,]{32,}([\s,]+[^\s,]{32,})?[\s,]*$/
/** 32 bytes in base64. */
const KEY_FORM = /^[A-Za-z0-9+/]{43}=$/

/** A trader's credentials as they are shown at each start. */
export interface DemoKey {
  readonly owner: string
  readonly account: number
  readonly apiKey: string
  /** HMAC; empty for an Ed25519 key, whose private half lies in `privateKeyFile`. */
  readonly secret: string
  readonly privateKeyFile: string
}

/** What must survive with the data: without the first two, keys cannot be read and the exchange cannot be operated. */
export interface Settings {
  readonly keyEncryptionKey: string
  readonly operatorToken: string
  readonly databasePassword: string
  readonly demoKeys: readonly DemoKey[]
  /** Ports of the last start, by service: taken again where they are free. */
  readonly ports: Readonly<Record<string, number>>
}

/** Where the exchange of this folder can be reached while it runs; written at each start. */
export interface Running {
  readonly process: number
  readonly url: string
  readonly operatorUrl: string
  /** The supervisor's own interface: status and rolls. */
  readonly controlUrl: string
  readonly databaseUrl: string
  /** Probes and metrics of each service. */
  readonly ops: Readonly<Record<string, string>>
  /** Process of each service, PostgreSQL included. */
  readonly processes: Readonly<Record<string, number>>
}

/** The folder that holds everything, locked for this process. */
export class DataFolder {
  readonly path: string
  readonly release: () => void
  #settings: Settings

  private constructor(path: string, release: () => void, settings: Settings) {
    this.path = path
    this.release = release
    this.#settings = settings
  }

  /** @throws Problem when the folder cannot be used: nothing in it has been touched then */
  static open(path: string): DataFolder {
    checkOwner(path, process.getuid?.())
    prepare(path)
    const release = lockFolder(path)
    if (release === undefined) throw new Problem(takenMessage(path))
    try {
      checkDatabase(path)
      makeLinkSecret(path)
      return new DataFolder(path, release, readSettings(path) ?? firstSettings(path))
    } catch (error) {
      release()
      throw error
    }
  }

  get settings(): Settings {
    return this.#settings
  }

  update(change: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...change }
    writeWhole(join(this.path, 'settings.json'), this.#settings)
  }

  /** The secret of the links between engines and gateways: a file, so that it can be replaced while they run. */
  get linkSecretFile(): string {
    return join(this.path, LINK_SECRET_NAME)
  }

  /** Keep a file for its owner only. */
  write(name: string, content: string): void {
    writePrivate(join(this.path, name), content)
  }

  file(...names: string[]): string {
    return join(this.path, ...names)
  }

  markRunning(running: Running): void {
    writeWhole(join(this.path, 'running.json'), running)
  }

  markStopped(): void {
    rmSync(join(this.path, 'running.json'), { force: true })
  }
}

/**
 * What `running.json` of a folder says; undefined when there is none. The process may have died since.
 *
 * @throws Problem when it is there but cannot be understood
 */
export function readRunning(folder: string): Running | undefined {
  const path = join(folder, 'running.json')
  if (!existsSync(path)) return undefined
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its fields are looked at next
    const running = parseObject(readFileSync(path, 'utf8')) as Running
    if (!Number.isSafeInteger(running.process)) throw new Error('process is missing')
    for (const name of ['url', 'operatorUrl', 'controlUrl'] as const)
      if (!URL.canParse(running[name])) throw new Error(`${name} is missing`)
    for (const name of ['ops', 'processes'] as const)
      if (typeof running[name] !== 'object' || running[name] === null) throw new Error(`${name} is missing`)
    return running
  } catch (error) {
    throw new Problem(
      `${path} is damaged (${messageOf(error)}): the exchange writes it anew when one of its processes starts, or when it is started itself.`,
    )
  }
}

/**
 * The exchange that runs on a folder.
 *
 * @throws Problem when none does
 */
export function runningOn(folder: string): { running: Running; settings: Settings } {
  const settings = readSettings(folder)
  const running = settings === undefined ? undefined : readRunning(folder)
  if (settings === undefined || running === undefined)
    throw new Problem(`No exchange runs on ${folder}: start one with "npm start", or name its folder with --data.`)
  return { running, settings }
}

/** @throws Problem when the file is there but cannot be understood */
export function readSettings(folder: string): Settings | undefined {
  const path = join(folder, 'settings.json')
  if (!existsSync(path)) return undefined
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its fields are looked at next
    const settings = parseObject(readFileSync(path, 'utf8')) as Settings
    for (const name of ['keyEncryptionKey', 'operatorToken', 'databasePassword'] as const)
      if (typeof settings[name] !== 'string' || settings[name] === '') throw new Error(`${name} is missing`)
    if (!KEY_FORM.test(settings.keyEncryptionKey)) throw new Error('keyEncryptionKey is not 32 bytes in base64')
    if (!Array.isArray(settings.demoKeys)) throw new Error('demoKeys is missing')
    if (!settings.demoKeys.every((key) => isDemoKey(key))) throw new Error('demoKeys holds something else')
    return { ...settings, ports: settings.ports ?? {} }
  } catch (error) {
    throw new Problem(`${path} is damaged (${messageOf(error)}): restore it, or choose another folder with --data.`)
  }
}

/** @throws Error when it is no object in JSON */
function parseObject(text: string): object {
  let value: object | null
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw new Error('it is no object')
  return value
}

function isDemoKey(key: Partial<DemoKey> | null): boolean {
  if (key === null || !Number.isSafeInteger(key.account)) return false
  return [key.owner, key.apiKey, key.secret, key.privateKeyFile].every((text) => typeof text === 'string')
}

/** The folder, and that of the logs in it. */
function prepare(path: string): void {
  for (const [what, folder] of [
    ['The data folder', path],
    ['The folder of the logs', join(path, 'logs')],
  ] as const) {
    try {
      makeFolder(folder)
      if (!statSync(folder).isDirectory()) throw new Error('it is not a folder')
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (error) {
      const owner = errorCode(error) === 'EACCES' ? ownerOf(folder) : undefined
      const belongs = owner === undefined ? '' : ` It belongs to ${owner}.`
      throw new Problem(`${what} ${folder} cannot be used: ${messageOf(error)}.${belongs}`)
    }
  }
}

/** Like `mkdir -p`. Node's own `recursive` never ends where the system says that a folder it has just seen is not there. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o755 })
}

function checkDatabase(path: string): void {
  const version = join(path, 'postgres', 'PG_VERSION')
  if (!existsSync(join(path, 'postgres'))) return
  if (!existsSync(join(path, 'settings.json')))
    throw new Problem(
      `${path} holds a database but no settings.json with its password: restore it, or choose another folder with --data.`,
    )
  if (!existsSync(version))
    throw new Problem(`${path}/postgres is not a PostgreSQL data folder: PG_VERSION is missing.`)
  const found = readFileSync(version, 'utf8').trim()
  if (!/^\d+$/.test(found))
    throw new Problem(`${version} is damaged, it should say ${POSTGRES_MAJOR}: restore the folder from a backup.`)
  if (found !== POSTGRES_MAJOR)
    throw new Problem(
      `${path}/postgres was written by PostgreSQL ${found}, says ${version}; this Uptick brings ${POSTGRES_MAJOR}.`,
    )
}

function firstSettings(path: string): Settings {
  const settings: Settings = {
    keyEncryptionKey: randomBytes(32).toString('base64'),
    operatorToken: randomBytes(24).toString('base64url'),
    databasePassword: randomBytes(24).toString('base64url'),
    demoKeys: [],
    ports: {},
  }
  writeWhole(join(path, 'settings.json'), settings)
  return settings
}

/** A folder of a release before has none yet. One that holds no secret is made anew: no other process knows it. */
function makeLinkSecret(path: string): void {
  const file = join(path, LINK_SECRET_NAME)
  if (!existsSync(file) || !SECRETS_FORM.test(readFileSync(file, 'utf8')))
    writePrivate(file, `${randomBytes(32).toString('base64url')}\n`)
}

function writeWhole(path: string, content: object): void {
  writePrivate(path, `${JSON.stringify(content, undefined, 2)}\n`)
}

/** For its owner only, and never half written: a crash leaves the old content or the new. */
function writePrivate(path: string, content: string): void {
  const making = `${path}.new`
  writeFileSync(making, content, { mode: 0o600, flush: true })
  renameSync(making, path)
}

function takenMessage(path: string): string {
  return `An Uptick is already running on ${path}${whereOf(path)}: stop it first, or choose another folder with --data.`
}

function whereOf(path: string): string {
  try {
    const running = readRunning(path)
    return running === undefined ? '' : ` (process ${running.process}, ${running.url})`
  } catch {
    return ''
  }
}
