import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import {
  commandLine,
  InvalidArgumentError,
  pathFrom,
  Problem,
  Progress,
  runCommand,
  temporaryFolder,
  throwIfInterrupted,
  undoLater,
  undoWhenInterrupted,
} from '@uptick/commandline'
import { reached, table, type Row } from './row.ts'

/** How long a section may compute after it was asked to end, ms; then it is killed. */
const END_MS_MAX = 10_000

/**
 * Each section is a process of its own, so that the heap, the inline caches and the garbage of one do not affect the
 * next. `seconds` is the usual duration, quick and whole, for the estimate of progress.
 */
const sections = [
  { name: 'book', about: 'the bare order book: the order flow and the shapes that hurt a ladder', seconds: [10, 28] },
  {
    name: 'core',
    about: 'the whole state machine: accounts, balances, fees, client ids, events, running hash',
    seconds: [10, 35],
  },
  { name: 'http', about: 'signed orders over HTTP, durable, beside a bare signed route', seconds: [50, 120] },
  { name: 'link', about: 'journaled commands through the engine link', seconds: [12, 23] },
  {
    name: 'streams',
    about: 'market streams to a thousand subscribers beside a bare broadcast, and what an idle one takes',
    seconds: [35, 150],
  },
  {
    name: 'sweep',
    about: 'how long others wait while one command meets, cancels or starts very many orders',
    seconds: [16, 37],
  },
  { name: 'replay', about: 'replay of the journal from PostgreSQL', seconds: [17, 22] },
  { name: 'recovery', about: 'ready from a snapshot with very many open orders', seconds: [10, 20] },
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
    .option('--only <sections>', `which sections, of ${names.join(',')}`, sectionNames)
    .option('--quick', 'shorter runs on less data: figures are rougher, and each row says what was measured', false)
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
 * Runs one file in a child process; its rows, if any, come back as one message. Compiled code is cached between the
 * children, as `npm start` does for its services: code whose types were stripped in the same process runs slower.
 */
async function run(file: string, quick: boolean, cache: string, progress: Progress): Promise<Row[]> {
  throwIfInterrupted()
  const rows: Row[] = []
  const child = fork(new URL(file, import.meta.url), {
    env: { ...process.env, BENCH_QUICK: quick ? '1' : '', NODE_COMPILE_CACHE: cache },
    execArgv: ['--expose-gc'],
    stdio: ['inherit', 'inherit', 'pipe', 'ipc'],
  })
  if (child.stderr) createInterface(child.stderr).on('line', (line) => progress.write(`${line}\n`))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
  child.on('message', (message) => rows.push(...(message as Row[])))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's event 'exit'
  const exited = once(child, 'exit') as Promise<[number | null]>
  const end = undoLater(async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX)
    await exited
    clearTimeout(timer)
  })
  const [code] = await exited
  await end()
  throwIfInterrupted()
  if (code !== 0) throw new Problem(`${file} ended with exit code ${code}.`)
  return rows
}

async function measure({ only, quick, json }: Flags): Promise<void> {
  undoWhenInterrupted()
  const cache = temporaryFolder('uptick-bench-')
  const rows: Row[] = []
  const wanted = sections.filter(({ name }) => only === undefined || only.includes(name))
  const progress = new Progress()
  await run('./compiled.ts', quick, cache.path, progress)
  for (const [index, section] of wanted.entries()) {
    const left = wanted.slice(index).reduce((sum, { seconds }) => sum + seconds[quick ? 0 : 1], 0)
    progress.step(`${section.name}: ${section.about}`, left)
    rows.push(...(await run(`./${section.name}-bench.ts`, quick, cache.path, progress)))
  }
  progress.end()
  await cache.remove()
  process.stdout.write(`\n${table(rows)}\n`)
  const short = rows.filter((row) => reached(row) === false)
  process.stdout.write(
    `\n${rows.length} rows, ${short.length} short of the goal${quick ? ' (quick run: rough figures)' : ''}\n`,
  )
  if (json !== undefined) await writeFile(json, `${JSON.stringify(rows, undefined, 2)}\n`)
}
