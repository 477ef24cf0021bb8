import { EXIT_FAILED, runCommand } from '@uptick/commandline'
import { fuzz } from './fuzz.ts'
import { fuzzCommandLine, type FuzzOptions } from './options.ts'

await runCommand(fuzzCommandLine(run))

async function run(options: FuzzOptions): Promise<void> {
  const failure = await fuzz(options, (line) => process.stdout.write(`${line}\n`))
  if (failure === undefined) return
  process.stdout.write(`\n${failure}\n  again: npm run fuzz -- --minutes ${options.minutes} --seed ${options.seed}\n`)
  process.exitCode = EXIT_FAILED
}
