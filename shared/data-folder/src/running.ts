import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, Problem } from '@uptick/commandline'
import { parseObject } from './json-object.ts'
import { readSettings, type Settings } from './settings.ts'

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

/** Where a folder says what runs on it. */
export function runningFile(folder: string): string {
  return join(folder, 'running.json')
}

/**
 * What `running.json` of a folder says; undefined when there is none. The process may have died since.
 *
 * @throws Problem when it is there but cannot be understood
 */
export function readRunning(folder: string): Running | undefined {
  const path = runningFile(folder)
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
 * The exchange that runs on a folder; undefined when none does.
 *
 * @throws Problem when a file of it is there but cannot be understood
 */
export function exchangeOn(folder: string): { running: Running; settings: Settings } | undefined {
  const settings = readSettings(folder)
  const running = settings && readRunning(folder)
  return settings && running && { running, settings }
}

/**
 * The exchange that runs on a folder.
 *
 * @throws Problem when none does
 */
export function runningOn(folder: string): { running: Running; settings: Settings } {
  const found = exchangeOn(folder)
  if (found === undefined)
    throw new Problem(`No exchange runs on ${folder}: start one with "npm start", or name its folder with --data.`)
  return found
}
