import { Presets, SingleBar } from 'cli-progress'
import { runCommand } from '@uptick/commandline'
import { simulationCommandLine, type RunnerOptions } from './options.ts'
import { simulate, type Run } from './simulate.ts'
import { Tally } from './tally.ts'

const SHOWN_MAX = 10

await runCommand(simulationCommandLine(run))

async function run({ from, seeds, story }: RunnerOptions): Promise<void> {
  const began = performance.now()
  const tally = new Tally()
  const bar = progressBar(seeds)
  for (let seed = from; seed < from + seeds; seed++) {
    const one = await simulate({ seed })
    tally.add(one)
    bar?.update(tally.seeds, { failed: tally.failed.length })
    if (story) process.stdout.write(`\n${one.story.join('\n')}\n`)
    if (one.violations.length > 0) process.stdout.write(failure(one))
  }
  bar?.stop()
  process.stdout.write(tally.text(performance.now() - began))
  if (tally.failed.length > 0) process.exitCode = 1
}

function failure({ seed, violations }: Run): string {
  const shown = violations.slice(0, SHOWN_MAX).map((text) => `  ${text}`)
  const more = violations.length > SHOWN_MAX ? [`  … ${violations.length - SHOWN_MAX} more`] : []
  const again = `  again: npm run sim -- --from ${seed} --seeds 1 --story`
  return `\n${[`seed ${seed} FAILED`, ...shown, ...more, again].join('\n')}\n`
}

/** On a terminal only. */
function progressBar(seeds: number): SingleBar | undefined {
  if (!process.stderr.isTTY) return undefined
  const format = '  {bar} {percentage} %  {value} of {total} seeds, {failed} failed  {duration_formatted}'
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic)
  bar.start(seeds, 0, { failed: 0 })
  return bar
}
