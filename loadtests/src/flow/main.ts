import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { commandLine, messageOf, pathFrom, Problem, Progress, runCommand, wholeNumber } from '@uptick/commandline'
import { generateFlow } from './generate.ts'
import { readFlowHeader } from './record.ts'

const COMMANDS_MAX = 50_000_000

const about = `Writes a deterministic order flow for "npm run replay".

A file whose name ends in .gz is compressed. The same seed and number give the same file on every machine.`

interface Flags {
  readonly seed: number
  readonly commands: number
}

await runCommand(
  commandLine('npm run flow --', about)
    .argument('<file>', 'where it is written', pathFrom(process.env))
    .option('--seed <n>', 'seed of the flow', wholeNumber(0), 42)
    .option('--commands <n>', 'number of commands', wholeNumber(1, COMMANDS_MAX), 2_000_000)
    .action(write),
)

function write(file: string, { seed, commands }: Flags): void {
  const progress = new Progress()
  const whole = commands.toLocaleString('en')
  const flow = generateFlow({ seed, commands }, (done) =>
    progress.part(done / commands, `${done.toLocaleString('en')} of ${whole} commands`),
  )
  progress.end()
  try {
    writeFileSync(file, file.endsWith('.gz') ? gzipSync(flow) : flow)
  } catch (error) {
    throw new Problem(`The flow cannot be written: ${messageOf(error)}.`)
  }
  process.stdout.write(`${JSON.stringify(readFlowHeader(flow))}\n`)
}
