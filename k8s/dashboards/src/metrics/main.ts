import { writeFileSync } from 'node:fs'
import { commandLine, runCommand } from '@uptick/commandline'
import { fileOf } from '../repository.ts'
import { metricsDocument, TABLE } from './table.ts'

const about = `Writes ${TABLE}: every metric of every service, as its registry has it.`

await runCommand(commandLine('npm run metrics --', about).action(write))

function write(): void {
  writeFileSync(fileOf(TABLE), metricsDocument())
  process.stdout.write(`${TABLE} is written.\n`)
}
