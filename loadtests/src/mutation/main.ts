import { fileURLToPath } from 'node:url'
import { EXIT_FAILED, Problem, runCommand } from '@uptick/commandline'
import { rooms } from './list/index.ts'
import type { Room } from './mutation.ts'
import { mutationCommandLine, type MutationOptions } from './options.ts'
import { runTests } from './run-tests.ts'
import { describeMutation, scores, type Fate, type Judged } from './score.ts'
import { TreeCopy } from './tree-copy.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** A room's tests without a bug; then those of one bug. */
const ROOM_SECONDS_MAX = 600
const TEST_SECONDS_MAX = 120
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

await runCommand(
  mutationCommandLine(
    rooms.map(({ name }) => name),
    mutate,
  ),
)

async function mutate({ room, file = '', minutes }: MutationOptions): Promise<void> {
  const chosen = rooms
    .filter(({ name }) => room === undefined || name === room)
    .map((each) => ({ ...each, mutations: each.mutations.filter((mutation) => mutation.file.includes(file)) }))
    .filter(({ mutations }) => mutations.some(({ equivalent }) => equivalent === undefined))
  if (chosen.length === 0) throw new Problem(`no bug that is to be noticed is in the list for "${file}"`)
  const end = performance.now() + minutes * 60_000
  const copy = await TreeCopy.make(ROOT)
  // Also when it is interrupted.
  const removed = (): void => void copy.remove().finally(() => process.exit(EXIT_FAILED))
  for (const signal of SIGNALS) process.once(signal, removed)
  const judged: Judged[] = []
  try {
    for (const each of chosen) judged.push(...(await judgeRoom(copy, each, end)))
  } finally {
    for (const signal of SIGNALS) process.off(signal, removed)
    await copy.remove()
  }
  report(judged)
}

async function judgeRoom(copy: TreeCopy, { name, mutations }: Room, end: number): Promise<Judged[]> {
  const tried = mutations.filter(({ equivalent }) => equivalent === undefined)
  const tests = [...new Set(tried.flatMap((mutation) => mutation.tests))]
  const whole = await runTests(copy.folder, tests, ROOM_SECONDS_MAX)
  if (whole.ended !== 'passed') throw new Problem(`the tests of ${name} fail without any bug: ${whole.output}`)
  process.stdout.write(`${name}: ${tests.length} files of tests, ${whole.seconds.toFixed(1)} s without a bug\n`)
  const judged: Judged[] = []
  for (const mutation of mutations) {
    const fate = mutation.equivalent === undefined ? undefined : 'equivalent'
    judged.push({ room: name, mutation, fate: fate ?? (await judge(copy, mutation, end)) })
  }
  return judged
}

async function judge(copy: TreeCopy, mutation: Room['mutations'][number], end: number): Promise<Fate> {
  if (performance.now() > end) return 'out of time'
  const { ended, seconds, output } = await copy.with(mutation, () =>
    runTests(copy.folder, mutation.tests, TEST_SECONDS_MAX),
  )
  const fate = ended === 'passed' ? 'survived' : ended === 'broken' ? 'broken' : 'noticed'
  const mark = `  ${fate.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s  `
  process.stdout.write(`${mark}${fate === 'noticed' ? mutation.file : describeMutation(mutation)}\n`)
  if (fate === 'broken') process.stdout.write(`${output}\n`)
  return fate
}

function report(judged: readonly Judged[]): void {
  for (const fate of ['equivalent', 'survived'] as const) {
    const mine = judged.filter((each) => each.fate === fate)
    if (mine.length > 0) process.stdout.write(`\n${fate}:\n`)
    for (const { mutation } of mine) process.stdout.write(`  ${describeMutation(mutation)}\n`)
  }
  const { lines, failures } = scores(judged)
  process.stdout.write(`\n${lines.join('\n')}\n`)
  if (failures.length === 0) return
  process.stdout.write(`\n${failures.join('\n')}\n`)
  process.exitCode = EXIT_FAILED
}
