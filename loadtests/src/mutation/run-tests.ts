import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { throwIfInterrupted, undoLater } from '@uptick/commandline'
import { alive, processesWith, sendSignal } from '@uptick/postgres'

/**
 * How tests ended. `broken`: none of them failed, but they did not pass: a file could not be loaded, or there was none.
 * `hung`: they did not end in time.
 */
export type Ended = 'passed' | 'failed' | 'hung' | 'broken'

export interface TestRun {
  readonly ended: Ended
  readonly seconds: number
  /** The end of the output. */
  readonly output: string
}

const OUTPUT_MAX = 4_000
/** How long killed processes may take to end, ms. */
const ENDED_MS_MAX = 5_000
const ENDED_POLL_MS = 20
const REPORT = 'mutation-report.json'

/** Where tests run. */
export interface TestPlace {
  /** A copy of the tree. */
  readonly folder: string
  /** A folder for their files; processes that still use it after the tests are killed. */
  readonly temporary: string
  readonly environment: NodeJS.ProcessEnv
}

/** Run the files of `tests` in the copy, until the first failure or for `secondsMax`. @throws Interrupted */
export async function runTests(
  { folder, temporary, environment }: TestPlace,
  tests: readonly string[],
  secondsMax: number,
): Promise<TestRun> {
  throwIfInterrupted()
  const began = performance.now()
  const report = join(folder, REPORT)
  await rm(report, { force: true })
  const vitest = join(folder, 'node_modules', 'vitest', 'vitest.mjs')
  const options = ['--bail', '1', '--reporter', 'json', '--outputFile', report]
  const child = spawn(process.execPath, [vitest, 'run', ...projectsOf(tests), ...options, ...tests], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, TMPDIR: temporary },
    // A process group of its own: tests that hang are ended with all their processes.
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-OUTPUT_MAX)))
  let isLate = false
  const end = (): void => void (child.pid !== undefined && kill(-child.pid))
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, secondsMax * 1_000)
  process.once('exit', end)
  const undo = undoLater(() => (end(), endProcesses(temporary)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  process.off('exit', end)
  // Also after tests that hung: PostgreSQL has a group of its own.
  await undo()
  throwIfInterrupted()
  clearTimeout(timer)
  const seconds = (performance.now() - began) / 1_000
  if (isLate) return { ended: 'hung', seconds, output }
  return { ended: await endedAs(code, report), seconds, output }
}

/** A test file in `test/` belongs to the project with PostgreSQL, one beside the source to the one without. */
function projectsOf(tests: readonly string[]): string[] {
  const projects = new Set(tests.map((path) => (/(^|\/)test\//.test(path) ? 'integration' : 'unit')))
  return [...projects].flatMap((name) => ['--project', name])
}

async function endedAs(code: number | null, report: string): Promise<Ended> {
  const text = await readFile(report, 'utf8').catch(() => '{}')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what vitest documents
  const { numFailedTests = 0, numPassedTests = 0 } = JSON.parse(text) as {
    numFailedTests?: number
    numPassedTests?: number
  }
  if (numFailedTests > 0) return 'failed'
  return code === 0 && numPassedTests > 0 ? 'passed' : 'broken'
}

/** End all processes with files in `folder`. Resolves when they are gone, or after `ENDED_MS_MAX`. */
async function endProcesses(folder: string): Promise<void> {
  const left = processesWith(`${folder}/`)
  for (const pid of left) sendSignal(pid, 'SIGKILL')
  const began = performance.now()
  while (left.some((pid) => alive(pid)) && performance.now() - began < ENDED_MS_MAX) await delay(ENDED_POLL_MS)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
