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
import { readRunning, readSettings, runningFile, settingsFile, type Running, type Settings } from '@uptick/data-folder'
import { flagsFile, makeFlagsFile } from './flags-file.ts'
import { lockFolder } from './folder-lock.ts'
import { checkOwner, ownerOf } from './folder-owner.ts'

const POSTGRES_MAJOR = '18'
const LINK_SECRET_NAME = 'link-secret'
/** One secret of 32 characters or more, or two while it is being replaced. */
const SECRETS_FORM = /^\s*[^\s,]{32,}([\s,]+[^\s,]{32,})?[\s,]*$/

/** The data folder, locked for this process. */
export class DataFolder {
  readonly path: string
  readonly release: () => void
  #settings: Settings

  private constructor(path: string, release: () => void, settings: Settings) {
    this.path = path
    this.release = release
    this.#settings = settings
  }

  /** @throws Problem when the folder cannot be used; nothing in it has been touched then */
  static open(path: string): DataFolder {
    checkOwner(path, process.getuid?.())
    prepare(path)
    const release = lockFolder(path)
    if (release === undefined) throw new Problem(takenMessage(path))
    try {
      checkDatabase(path)
      makeLinkSecret(path)
      makeFlagsFile(path)
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
    writeWhole(settingsFile(this.path), this.#settings)
  }

  /** File with the secret of the links between engines and gateways. A file can be replaced while they run. */
  get linkSecretFile(): string {
    return join(this.path, LINK_SECRET_NAME)
  }

  /** The feature flags of the gateways: a file, so that a person can edit it while they run. */
  get flagsFile(): string {
    return flagsFile(this.path)
  }

  /** Write a file that only its owner can read. */
  write(name: string, content: string): void {
    writePrivate(join(this.path, name), content)
  }

  file(...names: string[]): string {
    return join(this.path, ...names)
  }

  markRunning(running: Running): void {
    writeWhole(runningFile(this.path), running)
  }

  markStopped(): void {
    rmSync(runningFile(this.path), { force: true })
  }
}

/** Create the folder and its folder of logs. */
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

/** Like `mkdir -p`. Node's `recursive` never ends where the system denies the existence of a folder just seen. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o755 })
}

function checkDatabase(path: string): void {
  const version = join(path, 'postgres', 'PG_VERSION')
  if (!existsSync(join(path, 'postgres'))) return
  if (!existsSync(settingsFile(path)))
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
  writeWhole(settingsFile(path), settings)
  return settings
}

/**
 * The folder of an older release has none yet. A file without a secret is replaced: no other process knows that secret.
 */
function makeLinkSecret(path: string): void {
  const file = join(path, LINK_SECRET_NAME)
  if (!existsSync(file) || !SECRETS_FORM.test(readFileSync(file, 'utf8')))
    writePrivate(file, `${randomBytes(32).toString('base64url')}\n`)
}

function writeWhole(path: string, content: object): void {
  writePrivate(path, `${JSON.stringify(content, undefined, 2)}\n`)
}

/** Readable by its owner only, and written atomically: a crash leaves the old content or the new. */
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
