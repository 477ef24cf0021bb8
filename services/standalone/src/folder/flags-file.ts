import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, Problem } from '@uptick/commandline'
import { FLAG_NAMES, FLAGS, readDefinitions, strategyOf } from '@uptick/runtime/flags'

/** Where a folder keeps the feature flags of its gateways. */
export function flagsFile(folder: string): string {
  return join(folder, 'flags.json')
}

/**
 * Make the file of flags when the folder has none yet: every flag at its default, for a person to edit.
 *
 * @throws Problem when it is there and cannot be understood
 */
export function makeFlagsFile(folder: string): void {
  const path = flagsFile(folder)
  if (!existsSync(path)) {
    const features = FLAG_NAMES.map((name) => ({
      name,
      description: FLAGS[name].purpose,
      enabled: FLAGS[name].default,
      strategies: [strategyOf(name)],
    }))
    writeFileSync(path, `${JSON.stringify({ version: 2, features }, undefined, 2)}\n`)
    return
  }
  try {
    readDefinitions(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Problem(`${path} is damaged (${messageOf(error)}): repair it, or remove it to have it made anew.`)
  }
}
