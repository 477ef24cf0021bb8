import { commandLine, EXIT_USAGE, Problem, runCommand } from '@uptick/commandline'
import { chosenFolder, dataOption } from '@uptick/data-folder'
import { ControlClient, RollError } from '../control/control-client.ts'
import { ROLLED, type RollStep } from '../control/protocol.ts'

const about = 'Replaces the processes of a running exchange one by one, while traffic flows.'

const more = `
  engine     replaces the standby, then the leader, which hands off first
  gateway    for each, starts a successor that gets the new connections, and drains the old one
  recorder   history lags for a moment; trading continues
  all        recorder, engines, gateways

Ends with 2 when it changed nothing, because a process is not ready or another roll is under way.`

await runCommand(
  commandLine('npm run roll --', about)
    .argument('<what>', ROLLED.join(', '))
    .addOption(dataOption(process.env))
    .addHelpText('after', more)
    .action(run),
)

async function run(name: string, { data }: { readonly data?: string }): Promise<void> {
  const what = ROLLED.find((one) => one === name)
  if (what === undefined) throw new Problem(`${name} cannot be rolled: name one of ${ROLLED.join(', ')}.`, EXIT_USAGE)
  const control = ControlClient.find(chosenFolder(data))
  const took = await control.roll(what, tell).catch((error: unknown) => {
    if (error instanceof RollError && error.refused) throw new Problem(`Refused: ${error.message}`, error.exitCode)
    throw error
  })
  process.stdout.write(`${what} rolled in ${(took / 1000).toFixed(1)} s\n`)
}

function tell({ milliseconds, process: name, what }: RollStep): void {
  process.stdout.write(`${`${milliseconds} ms`.padStart(9)}  ${name}  ${what}\n`)
}
