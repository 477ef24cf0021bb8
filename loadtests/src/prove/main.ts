import { writeFile } from 'node:fs/promises'
import { htmlReport } from './html-report.ts'
import { help, parseOptions, type ProveOptions } from './options.ts'
import { prove } from './proof.ts'
import { shortcomings } from './rows.ts'
import { scenarios } from './scenarios.ts'
import { textReport } from './text-report.ts'

const options = parseOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd())
if (options === undefined) process.stdout.write(help)
else await run(options)

async function run(chosen: ProveOptions): Promise<void> {
  const proof = await prove(chosen, scenarios, (what) => {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${what}\n`)
  })
  process.stdout.write(textReport(proof))
  if (chosen.json !== undefined) await writeFile(chosen.json, `${JSON.stringify(proof.rows, undefined, 2)}\n`)
  if (chosen.html !== undefined) {
    await writeFile(chosen.html, htmlReport(proof, chosen))
    process.stdout.write(`\nThe report: ${chosen.html}\n`)
  }
  if (proof.rows.some((row) => shortcomings(row).length > 0)) process.exitCode = 1
}
