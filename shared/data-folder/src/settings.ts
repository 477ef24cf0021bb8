import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, Problem } from '@uptick/commandline'
import { parseObject } from './json-object.ts'

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

/** Where a folder keeps its settings. */
export function settingsFile(folder: string): string {
  return join(folder, 'settings.json')
}

/**
 * The settings of a folder; undefined when it has none yet.
 *
 * @throws Problem when the file is there but cannot be understood
 */
export function readSettings(folder: string): Settings | undefined {
  const path = settingsFile(folder)
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

function isDemoKey(key: Partial<DemoKey> | null): boolean {
  if (key === null || !Number.isSafeInteger(key.account)) return false
  return [key.owner, key.apiKey, key.secret, key.privateKeyFile].every((text) => typeof text === 'string')
}
