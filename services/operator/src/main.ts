import { createInterface } from 'node:readline/promises'
import {
  Command,
  commandLine,
  configured,
  EXIT_USAGE,
  pathFrom,
  printableLines,
  Problem,
  runCommand,
  show,
} from '@uptick/commandline'
import { chosenFolder, dataOption } from '@uptick/data-folder'
import { accountCommands } from './account-commands.ts'
import { textOf, type CommandDefinition, type Commands, type Flags } from './command.ts'
import { exchangeCommands } from './exchange-commands.ts'
import { findExchange } from './find.ts'
import { about, examplesText, more } from './help.ts'
import { publishFlagsCommand } from './publish-flags.ts'

const program = commandLine('npm run operator --', about)
  .addOption(dataOption(process.env))
  .option('--json', 'the answer as JSON')
  .addHelpText('after', more)

addCommands('The exchange:', exchangeCommands)
addCommands('Accounts, money, keys:', accountCommands)
program.commandsGroup('Feature flags in Unleash:').addCommand(publishFlagsCommand(process.env))
await runCommand(program)

function addCommands(title: string, commands: Commands): void {
  program.commandsGroup(title)
  for (const [name, definition] of Object.entries(commands)) program.addCommand(commandOf(name, definition))
}

function commandOf(name: string, definition: CommandDefinition): Command {
  const command = configured(new Command(name))
    .summary(definition.summary)
    .description(`${definition.summary[0]?.toUpperCase() ?? ''}${definition.summary.slice(1)}.`)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', examplesText(definition.examples))
  for (const argument of definition.arguments?.split(' ') ?? []) command.argument(argument)
  for (const [flags, what] of definition.options ?? []) {
    if (flags.endsWith('<file>')) command.option(flags, what, pathFrom(process.env))
    else command.option(flags, what)
  }
  if (definition.warns) command.option('--yes', 'do not ask')
  return command.action(async () => {
    const args = command.processedArgs.flat().filter((value): value is string => typeof value === 'string')
    await run(name, definition, args, command.optsWithGlobals())
  })
}

async function run(name: string, definition: CommandDefinition, args: readonly string[], flags: Flags): Promise<void> {
  if (args.some((word) => word.trim() === '')) throw new Problem('An argument is empty.', EXIT_USAGE)
  const warning = definition.warns?.(args)
  if (warning !== undefined && flags['yes'] !== true) await confirm(name, warning)
  const { operator } = findExchange(chosenFolder(textOf(flags, 'data')), process.env)
  const answer = await definition.run(operator, args, flags)
  process.stdout.write(
    flags['json'] === true ? `${printableLines(JSON.stringify(answer, undefined, 2))}\n` : show(answer),
  )
}

/** @throws Problem when the person says no, or when there is no terminal to ask at */
async function confirm(name: string, warning: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Problem(`${warning}: repeat ${name} with --yes.`, EXIT_USAGE)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${warning}. Go on? [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new Problem('Nothing was done.', EXIT_USAGE)
}
