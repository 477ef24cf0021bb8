import { Progress, runCommand } from '@uptick/commandline'
import { simulationCommandLine, type RunnerOptions } from './options.ts'
import { simulate, type Run } from './simulate.ts'
import { Tally } from './tally.ts'

const SHOWN_MAX = 10

await runCommand(simulationCommandLine(run))

async function run({ from, seeds, story }: RunnerOptions): Promise<void> {
  const began = performance.now()
  const tally = new Tally()
  const progress = new Progress()
  for (let seed = from; seed < from + seeds; seed++) {
    const one = await simulate({ seed })
    tally.add(one)
    progress.part(tally.seeds / seeds, `${tally.seeds} of ${seeds} seeds, ${tally.failed.length} failed`)
    if (story) progress.write(`\n${one.story.join('\n')}\n`, process.stdout)
    if (one.violations.length > 0) progress.write(failure(one), process.stdout)
  }
  progress.end()
  process.stdout.write(tally.text(performance.now() - began))
  if (tally.failed.length > 0) process.exitCode = 1
}

function failure({ seed, violations }: Run): string {
  const shown = violations.slice(0, SHOWN_MAX).map((text) => `  ${text}`)
  const more = violations.length > SHOWN_MAX ? [`  … ${violations.length - SHOWN_MAX} more`] : []
  const again = `  again: npm run sim -- --from ${seed} --seeds 1 --story`
  return `\n${[`seed ${seed} FAILED`, ...shown, ...more, again].join('\n')}\n`
}
