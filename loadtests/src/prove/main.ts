import { writeFile } from 'node:fs/promises'
import { Progress, runCommand, undoWhenInterrupted } from '@uptick/commandline'
import { htmlReport } from './html-report.ts'
import { proveCommandLine, type ProveOptions } from './options.ts'
import { prove } from './proof.ts'
import { allScenarios } from './all-scenarios.ts'
import { textReport } from './text-report.ts'
import { failuresOf } from './verdict.ts'

const names = allScenarios.map(({ name }) => name)
await runCommand(proveCommandLine(process.env, names, run))

async function run(chosen: ProveOptions): Promise<void> {
  const played = allScenarios.filter(({ name }) => chosen.only.length === 0 || chosen.only.includes(name))
  undoWhenInterrupted()
  const progress = new Progress()
  const proof = await prove(chosen, played, (what, left) => progress.step(what, left)).finally(() => progress.end())
  process.stdout.write(textReport(proof))
  if (chosen.json !== undefined) await writeFile(chosen.json, `${JSON.stringify(proof.rows, undefined, 2)}\n`)
  if (chosen.html !== undefined) {
    await writeFile(chosen.html, htmlReport(proof, chosen))
    process.stdout.write(`\nThe report: ${chosen.html}\n`)
  }
  if (failuresOf(proof).length > 0) process.exitCode = 1
}
