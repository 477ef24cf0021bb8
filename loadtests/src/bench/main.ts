import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLine, InvalidArgumentError, pathFrom, Problem, runCommand } from '@uptick/commandline'
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

const names = sections.map(({ name }) => name)

interface Flags {
  readonly only?: readonly string[]
  readonly quick: boolean
  readonly json?: string
}

await runCommand(
  commandLine(
    'npm run bench --',
    'Measures this machine and prints a table; ratios are against references measured in the same run.',
  )
    .option('--only <sections>', `some of ${names.join(',')}`, sectionNames)
    .option('--quick', 'shorter runs: figures are rougher', false)
    .option('--json <file>', 'also write the rows as JSON', pathFrom(process.env))
    .action(measure),
)

function sectionNames(text: string): string[] {
  const wanted = text.split(',')
  const unknown = wanted.filter((name) => !names.some((known) => known === name))
  if (unknown.length === 0) return wanted
  throw new InvalidArgumentError(`There is no section ${unknown.join(', ')}; there are ${names.join(', ')}.`)
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
  if (code !== 0) throw new Problem(`${file} ended with exit code ${code}.`)
  return rows
}

async function measure({ only, quick, json }: Flags): Promise<void> {
  const cache = await mkdtemp(join(tmpdir(), 'uptick-bench-'))
  const rows: Row[] = []
  await run('./compiled.ts', quick, cache)
  for (const section of sections.filter(({ name }) => only === undefined || only.includes(name))) {
    process.stderr.write(`· ${section.name}: ${section.about}\n`)
    rows.push(...(await run(`./${section.name}-bench.ts`, quick, cache)))
  }
  await rm(cache, { recursive: true, force: true })
  process.stdout.write(`\n${table(rows)}\n`)
  const short = rows.filter((row) => reached(row) === false)
  process.stdout.write(
    `\n${rows.length} rows, ${short.length} short of the goal${quick ? ' (quick run: rough figures)' : ''}\n`,
  )
  if (json !== undefined) await writeFile(json, `${JSON.stringify(rows, undefined, 2)}\n`)
}
