import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { commandLine, Problem, runCommand } from '@uptick/commandline'
import { chosenFolder, dataOption, runningOn } from '@uptick/data-folder'
import { Prometheus } from '@uptick/monitoring'
import { checkBoards } from './check.ts'
import { boardFiles, FOLDER } from './files.ts'
import { fileOf } from './repository.ts'
import { targetsOf } from './targets.ts'

/** Where the Prometheus of docker-compose.yml looks. */
const TARGETS = 'k8s/dashboards/compose/targets/uptick.json'

const about = `Writes the dashboards to ${FOLDER}, or checks them against a Prometheus.

"check" runs every query of every dashboard and names those without data. The exchange that the Prometheus watches must
be under load.`

const command = commandLine('npm run dashboards --', about)
command.command('write', { isDefault: true }).description('write the dashboards').action(write)
command
  .command('check')
  .description('run every query')
  .requiredOption('--prometheus <url>', 'such as http://127.0.0.1:9090')
  .action(check)
command
  .command('targets')
  .description('tell the Prometheus of docker-compose.yml where the processes of `npm start` are')
  .addOption(dataOption(process.env))
  .action(({ data }: { readonly data?: string }) => tell(chosenFolder(data)))
await runCommand(command)

function write(): void {
  for (const [path, text] of boardFiles()) {
    writeFileSync(fileOf(path), text)
    process.stdout.write(`${path} is written.\n`)
  }
}

function tell(folder: string): void {
  const { running } = runningOn(folder)
  mkdirSync(dirname(fileOf(TARGETS)), { recursive: true })
  writeFileSync(fileOf(TARGETS), `${JSON.stringify(targetsOf(running.ops), undefined, 2)}\n`)
  process.stdout.write(`${TARGETS} names ${Object.keys(running.ops).length} processes.\n`)
}

async function check({ prometheus }: { readonly prometheus: string }): Promise<void> {
  const { queries, findings } = await checkBoards(new Prometheus(prometheus))
  for (const { board, panel, expr, reason } of findings) {
    process.stdout.write(`${board}, ${panel}: ${reason}\n  ${expr}\n`)
  }
  if (findings.length > 0) throw new Problem(`${findings.length} of ${queries} queries give no data.`)
  process.stdout.write(`All ${queries} queries give data.\n`)
}
