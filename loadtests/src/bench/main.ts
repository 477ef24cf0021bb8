import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reached, table, type Row } from './row.ts'

/** Each section is a process of its own: the heap, the inline caches and the garbage of one do not colour the next. */
const sections = [
  { name: 'book', about: 'the bare order book: the order flow and the shapes that hurt a ladder' },
  { name: 'core', about: 'the whole state machine: accounts, balances, fees, client ids, events, running hash' },
  { name: 'http', about: 'signed orders over HTTP, durable, beside a bare signed route' },
  { name: 'link', about: 'journaled commands through the engine link' },
  { name: 'sweep', about: 'how long others wait while one command meets, cancels or starts very many orders' },
  { name: 'replay', about: 'replay of the journal from PostgreSQL' },
  { name: 'recovery', about: 'ready from a snapshot with a million open orders' },
] as const

const help = `npm run bench -- [options]

Measures this machine and prints a table; ratios are against references measured in the same run.

  --only NAME[,NAME]   sections to run: ${sections.map((section) => section.name).join(', ')}
  --quick              shorter runs: figures are rougher
  --json FILE          also write the rows as JSON
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  process.stdout.write(help)
  process.exit(0)
}

const wanted = values.only?.split(',')
const unknown = wanted?.filter((name) => !sections.some((section) => section.name === name)) ?? []
if (unknown.length > 0) {
  process.stderr.write(`bench: no section named ${unknown.join(', ')}\n\n${help}`)
  process.exit(2)
}

/**
 * Runs one file in a child; its rows, if it has any, come back as one message. Compiled code is kept between children,
 * as `npm start` does for its services: code whose types were stripped in the same process runs slower.
 */
async function run(file: string, quick: boolean, cache: string): Promise<Row[]> {
  const rows: Row[] = []
  const child = fork(new URL(file, import.meta.url), {
    env: { ...process.env, BENCH_QUICK: quick ? '1' : '', NODE_COMPILE_CACHE: cache },
    execArgv: ['--expose-gc'],
  })
  child.on('message', (message) => rows.push(...(message as Row[])))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${file} ended with exit code ${code}`)
  return rows
}

const cache = await mkdtemp(join(tmpdir(), 'uptick-bench-'))
const rows: Row[] = []
await run('./compiled.ts', values.quick, cache)
for (const section of sections.filter(({ name }) => wanted === undefined || wanted.includes(name))) {
  process.stderr.write(`· ${section.name}: ${section.about}\n`)
  rows.push(...(await run(`./${section.name}-bench.ts`, values.quick, cache)))
}
await rm(cache, { recursive: true, force: true })
process.stdout.write(`\n${table(rows)}\n`)
const short = rows.filter((row) => reached(row) === false)
process.stdout.write(
  `\n${rows.length} rows, ${short.length} short of the goal${values.quick ? ' (quick run: rough figures)' : ''}\n`,
)
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, undefined, 2)}\n`)
