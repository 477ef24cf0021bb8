import { resolve } from 'node:path'
import { Option, pathFrom } from '@uptick/commandline'

const DEFAULT_NAME = 'data'

/**
 * `--data <folder>` of a command.
 *
 * @param environment of the process: npm says there in which folder the person typed
 * @param what the folder is for this command, as its help says it
 */
export function dataOption(environment: NodeJS.ProcessEnv, what = 'of the exchange'): Option {
  return new Option('--data <folder>', `${what} (default: ./${DEFAULT_NAME})`).argParser(pathFrom(environment))
}

/** The data folder that `--data` names, else `data` in the folder of this process. */
export function chosenFolder(named: string | undefined): string {
  return named ?? resolve(DEFAULT_NAME)
}
