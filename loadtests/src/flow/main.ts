import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { generateFlow } from './generate.ts'
import { readFlowHeader } from './record.ts'

const help = `Writes a deterministic order flow, to be fed to the engine with "npm run replay".

  npm run flow -- FILE [--seed 42] [--commands 2000000]

A FILE that ends in .gz is packed. The same seed and number give the same file on every machine.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '42' },
    commands: { type: 'string', default: '2000000' },
    help: { type: 'boolean', short: 'h' },
  },
})
const [file] = positionals
const seed = Number(values.seed)
const commands = Number(values.commands)
if (values.help || file === undefined) {
  process.stdout.write(help)
  process.exit(values.help ? 0 : 2)
}
if (!Number.isInteger(seed) || seed < 0 || !Number.isInteger(commands) || commands < 1 || commands > 50_000_000) {
  process.stderr.write('seed is a whole number, and commands one of 1 … 50,000,000\n')
  process.exit(2)
}
const flow = generateFlow({ seed, commands })
writeFileSync(file, file.endsWith('.gz') ? gzipSync(flow) : flow)
process.stdout.write(`${JSON.stringify(readFlowHeader(flow))}\n`)
