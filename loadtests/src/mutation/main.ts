import { fileURLToPath } from 'node:url'
import { EXIT_FAILED, Problem, Progress, runCommand, undoWhenInterrupted } from '@uptick/commandline'
import { BugCount } from './bug-count.ts'
import { rooms } from './list/index.ts'
import type { Room } from './mutation.ts'
import { mutationCommandLine, type MutationOptions } from './options.ts'
import { runTests, type TestPlace } from './run-tests.ts'
import { describeMutation, scores, type Fate, type Judged } from './score.ts'
import { TreeCopy } from './tree-copy.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** Bound on a room's tests without a bug, and on the tests of one bug. */
const ROOM_SECONDS_MAX = 600
const TEST_SECONDS_MAX = 120

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
  undoWhenInterrupted()
  const copy = await TreeCopy.make(ROOT)
  const progress = new Progress()
  const bugs = new BugCount(
    progress,
    chosen.flatMap(({ mutations }) => mutations.filter((each) => each.equivalent === undefined)).length,
  )
  const judged: Judged[] = []
  try {
    for (const each of chosen) judged.push(...(await judgeRoom(copy, each, end, bugs)))
  } finally {
    progress.end()
    await copy.remove()
  }
  report(judged)
}

async function judgeRoom(copy: TreeCopy, { name, mutations }: Room, end: number, bugs: BugCount): Promise<Judged[]> {
  const tried = mutations.filter(({ equivalent }) => equivalent === undefined)
  const tests = [...new Set(tried.flatMap((mutation) => mutation.tests))]
  bugs.begin(`the tests of ${name} without a bug`)
  const whole = await runTests(placeIn(copy), tests, ROOM_SECONDS_MAX)
  if (whole.ended !== 'passed') throw new Problem(`the tests of ${name} fail without any bug: ${whole.output}`)
  bugs.write(`${name}: ${tests.length} files of tests, ${whole.seconds.toFixed(1)} s without a bug\n`)
  const judged: Judged[] = []
  for (const mutation of mutations) {
    const fate = mutation.equivalent === undefined ? undefined : 'equivalent'
    judged.push({ room: name, mutation, fate: fate ?? (await judge(copy, mutation, end, bugs)) })
  }
  return judged
}

async function judge(copy: TreeCopy, mutation: Room['mutations'][number], end: number, bugs: BugCount): Promise<Fate> {
  if (performance.now() > end) return 'out of time'
  bugs.begin(mutation.file)
  const { ended, seconds, output } = await copy.with(mutation, () =>
    runTests(placeIn(copy), mutation.tests, TEST_SECONDS_MAX),
  )
  const fate = ended === 'passed' ? 'survived' : ended === 'broken' ? 'broken' : 'noticed'
  const mark = `  ${fate.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s  `
  bugs.end()
  bugs.write(`${mark}${fate === 'noticed' ? mutation.file : describeMutation(mutation)}\n`)
  if (fate === 'broken') bugs.write(`${output}\n`)
  return fate
}

function placeIn({ folder, temporary }: TreeCopy): TestPlace {
  return { folder, temporary, environment: process.env }
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
