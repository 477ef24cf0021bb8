import { writeFile } from 'node:fs/promises'
import { htmlReport } from './html-report.ts'
import { help, parseOptions, type ProveOptions } from './options.ts'
import { prove } from './proof.ts'
import { scenarios } from './scenarios.ts'
import { textReport } from './text-report.ts'
import { failuresOf } from './verdict.ts'

const options = parseOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd())
if (options === undefined) process.stdout.write(help)
else await run(options)

async function run(chosen: ProveOptions): Promise<void> {
  const unknown = chosen.only.filter((name) => !scenarios.some((scenario) => scenario.name === name))
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(', ')}: there is no such scenario`)
  const played = scenarios.filter(({ name }) => chosen.only.length === 0 || chosen.only.includes(name))
  const proof = await prove(chosen, played, (what) => {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${what}\n`)
  })
  process.stdout.write(textReport(proof))
  if (chosen.json !== undefined) await writeFile(chosen.json, `${JSON.stringify(proof.rows, undefined, 2)}\n`)
  if (chosen.html !== undefined) {
    await writeFile(chosen.html, htmlReport(proof, chosen))
    process.stdout.write(`\nThe report: ${chosen.html}\n`)
  }
  if (failuresOf(proof).length > 0) process.exitCode = 1
}
