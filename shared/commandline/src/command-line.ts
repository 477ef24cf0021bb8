import { resolve } from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { isInterrupted, undoAll } from './interruption.ts'
import { outliveReaders } from './output.ts'
import { printable, printableLines } from './printable.ts'
import { messageOf, Problem } from './problem.ts'

/** The command line was not understood: nothing was done. */
export const EXIT_USAGE = 2
export const EXIT_FAILED = 1
/** Of Uptick: all of its packages have the same. */
export const VERSION = manifest.version

/**
 * A command line of this project: unknown options, surplus words and bad values are refused with one sentence.
 *
 * @param typed what a person types before the options, for example `npm run load --`
 * @param about the first paragraph of its help
 */
export function commandLine(typed: string, about: string): Command {
  return configured(new Command(typed).description(about)).version(
    VERSION,
    '-V, --version',
    'print the version of Uptick',
  )
}

/** The same settings for a command that another one holds. */
export function configured(command: Command): Command {
  return command
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ helpWidth: 120 })
    .configureOutput({ writeErr: () => undefined })
}

/**
 * Parse `args` and run the command's action. Sets the exit code of the process: 0 for help and success, `EXIT_USAGE`
 * when the line is not understood or names no command, `EXIT_FAILED` when the action throws. An error that the user can
 * correct is one sentence on standard error; any other comes with its stack. A reader of the output that leaves changes
 * nothing. Everything noted with `undoLater` is undone before this resolves, however the command ended.
 */
export async function runCommand(command: Command, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  outliveReaders()
  try {
    await command.parseAsync([...args], { from: 'user' })
  } catch (error) {
    // Failures during the clean-up are ignored; the exit is under way.
    if (isInterrupted()) return
    if (!(error instanceof CommanderError)) process.exitCode = complain(error)
    else if (error.exitCode !== 0) {
      explain(command, error)
      process.exitCode = EXIT_USAGE
    }
  } finally {
    await undoAll()
  }
}

/** Why the line was not understood; when only a command is missing, the help, which lists all. */
function explain(command: Command, { code, message }: CommanderError): void {
  const writeErr = (text: string): boolean => process.stderr.write(text)
  if (code === 'commander.help') command.configureOutput({ writeErr }).outputHelp({ error: true })
  else writeErr(`${printable(sentence(message))} "${command.name()} --help" says more.\n`)
}

/**
 * Write one sentence for an error that the user can correct, and the stack of any other.
 *
 * @returns the exit code that goes with it
 */
export function complain(error: unknown): number {
  const isKnown = error instanceof Problem || !(error instanceof Error)
  process.stderr.write(`${printableLines(isKnown ? messageOf(error) : (error.stack ?? error.message))}\n`)
  return error instanceof Problem ? error.exitCode : EXIT_FAILED
}

/** Commander writes "error: unknown option '--prot'" and a guess on a line of its own. */
function sentence(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
  const begun = `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
  return /[.)?]$/.test(begun) ? begun : `${begun}.`
}

/** Parser of an option's value: a whole number of `least` … `most`. */
export function wholeNumber(least = 1, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d{1,16}$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It is a whole number ${rangeOf(least, most)}.`)
  }
}

/** Parser of an option's value: a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value
  throw new InvalidArgumentError('It is a number above 0.')
}

/** Parser of an option's value: text that is not empty. */
export function someText(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It is empty.')
}

/**
 * Parser of an option's value: a path, absolute. npm runs scripts in the project's folder and says in INIT_CWD where it
 * was called, which is what a relative path means.
 */
export function pathFrom(environment: NodeJS.ProcessEnv): (text: string) => string {
  return (text) => resolve(environment['INIT_CWD'] ?? process.cwd(), someText(text))
}

function rangeOf(least: number, most: number): string {
  return most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
}
