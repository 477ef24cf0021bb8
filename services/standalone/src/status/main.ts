import { commandLine, runCommand, show } from '@uptick/commandline'
import { chosenFolder, dataOption } from '@uptick/data-folder'
import { ControlClient } from '../control/control-client.ts'

const about = `Shows which engine leads, the sequence of each process, and which processes are ready.

Ends with 0 when everything is ready and an engine leads, with 1 otherwise.`

interface Flags {
  readonly data?: string
  readonly json?: boolean
}

await runCommand(
  commandLine('npm run status --', about).addOption(dataOption(process.env)).option('--json', 'print JSON').action(run),
)

async function run({ data, json }: Flags): Promise<void> {
  const status = await ControlClient.find(chosenFolder(data)).status()
  if (json === true) process.stdout.write(`${JSON.stringify(status, undefined, 2)}\n`)
  else {
    const { leader = 'none', epoch, sequence, hash, processes } = status
    const rows = processes.map((one) => ({
      name: one.name,
      ready: one.ready ? 'yes' : 'no',
      role: one.role,
      epoch: one.epoch ?? '',
      sequence: one.sequence ?? '',
      lag: one.lag ?? '',
      hash: one.hash ?? '',
      process: one.process,
      reason: one.reason,
    }))
    process.stdout.write(
      show({ leader, epoch: epoch ?? '', sequence: sequence ?? '', hash: hash ?? '', processes: rows }),
    )
  }
  if (status.leader === undefined || status.processes.some(({ ready }) => !ready)) process.exitCode = 1
}
