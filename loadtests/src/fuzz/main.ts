import { EXIT_FAILED, Progress, runCommand, undoWhenInterrupted } from '@uptick/commandline'
import { fuzz } from './fuzz.ts'
import { fuzzCommandLine, type FuzzOptions } from './options.ts'

await runCommand(fuzzCommandLine(run))

async function run(options: FuzzOptions): Promise<void> {
  undoWhenInterrupted()
  const progress = new Progress()
  const failure = await fuzz(options, {
    say: (line) => progress.write(`${line}\n`, process.stdout),
    step: (what, left) => progress.step(what, left),
    part: (part, what) => progress.part(part, what),
  }).finally(() => progress.end())
  if (failure === undefined) return
  process.stdout.write(`\n${failure}\n  again: npm run fuzz -- --minutes ${options.minutes} --seed ${options.seed}\n`)
  process.exitCode = EXIT_FAILED
}
