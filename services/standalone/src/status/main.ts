import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ControlClient } from '../control/control-client.ts'
import { show } from '../operator/show.ts'
import { messageOf, Problem } from '../problem.ts'

const help = `Who leads, how far everybody has come, and who is ready.

  npm run status [-- --json] [-- --data FOLDER]

Ends with 0 when everything is ready and somebody leads, with 1 otherwise.
`

try {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) process.stdout.write(help)
  else await run(values)
} catch (error) {
  process.stderr.write(`${error instanceof Problem ? error.message : messageOf(error)}\n`)
  process.exitCode = 1
}

async function run(values: { data?: string | undefined; json: boolean }): Promise<void> {
  const folder = values.data === undefined ? resolve('data') : resolve(process.env['INIT_CWD'] ?? '.', values.data)
  const status = await ControlClient.find(folder).status()
  if (values.json) process.stdout.write(`${JSON.stringify(status, undefined, 2)}\n`)
  else {
    const { leader = 'nobody leads', epoch, sequence, hash, processes } = status
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
