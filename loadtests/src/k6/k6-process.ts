import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { endsWithUs, Problem } from '@uptick/commandline'

/** When k6 ends it waits for connections to a machine that lost its power, until that answers again. */
const ENDED_MS_MAX = 90_000
/** Lines to keep: the last ones of a run that failed; */
const PRINTED_MAX = 60
/** and the goroutines of a k6 that hangs, most of which are alike. */
const STACKS_MAX = 2_000
/** On SIGQUIT Go prints the stacks of all its goroutines, and ends. */
const STACKS_MS_MAX = 5_000
const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url))

export interface K6Options {
  /** A file of `loadtests/scenarios`. */
  readonly script: string
  /** Program and arguments before the script: `['k6']`, or one that enters another network first. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Local addresses among which users are divided, in k6's notation: `127.0.1.1-127.0.1.9`; undefined: any. */
  readonly from?: string | undefined
  /** Files for the story and for the figures. */
  readonly storyFile: string
  readonly summaryFile: string
}

/** The figures of a run that are used here. */
export interface K6Summary {
  readonly metrics: Readonly<
    Record<string, { readonly values: Readonly<Record<string, number>>; readonly thresholds?: Thresholds } | undefined>
  >
}

type Thresholds = Readonly<Record<string, { readonly ok: boolean }>>

/** Check before anything is prepared for it. @throws Problem when k6 is not installed */
export function needK6(): void {
  if (spawnSync('k6', ['version']).error !== undefined)
    throw new Problem('k6 is not on the PATH: "go install go.k6.io/k6@v1.8.1" brings it.')
}

/** One running k6. */
export class K6Process {
  readonly #options: K6Options
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #printed: string[] = []
  #printedMax = PRINTED_MAX

  constructor(options: K6Options) {
    this.#options = options
    const { command, script, storyFile, summaryFile, environment, from } = options
    const [program = 'k6', ...before] = command
    const flags = ['--quiet', '--no-usage-report', '--log-format', 'raw', '--console-output', storyFile]
    if (from !== undefined) flags.push('--local-ips', from)
    this.#child = spawn(program, [...before, 'run', ...flags, folder + script], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment, UPTICK_SUMMARY: summaryFile },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    endsWithUs(this.#child)
    const keep = (data: Buffer): void => {
      this.#printed.push(
        ...data
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      )
      this.#printed.splice(0, this.#printed.length - this.#printedMax)
    }
    this.#child.stdout?.on('data', keep)
    this.#child.stderr?.on('data', keep)
    this.#ended = once(this.#child, 'close').catch((error: Error) => this.#printed.push(error.message))
  }

  /** Its last lines, for a run that failed. */
  get printed(): string {
    return this.#printed.join('\n')
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Wait until it ends by itself. */
  async ended(): Promise<void> {
    await this.#ended
  }

  /** End it now, with its figures; requests in flight are cut off. One that hangs prints its stacks and is killed. */
  async stop(): Promise<void> {
    if (this.isRunning) this.#child.kill('SIGINT')
    const timers = [
      setTimeout(() => {
        this.#printedMax = STACKS_MAX
        this.#child.kill('SIGQUIT')
      }, ENDED_MS_MAX),
      setTimeout(() => this.#child.kill('SIGKILL'), ENDED_MS_MAX + STACKS_MS_MAX),
    ]
    await this.#ended
    timers.forEach(clearTimeout)
  }

  /** @throws Error with its output when there are no figures */
  async summary(): Promise<K6Summary> {
    try {
      return JSON.parse(await readFile(this.#options.summaryFile, 'utf8'))
    } catch {
      throw new Error(`k6 has left no figures for ${this.#options.script}; it said:\n${this.printed}`)
    }
  }
}

/** Thresholds that were not met, one sentence each. */
export function brokenThresholds({ metrics }: K6Summary): string[] {
  return Object.entries(metrics).flatMap(([name, metric]) =>
    Object.entries(metric?.thresholds ?? {})
      .filter(([, { ok }]) => !ok)
      .map(([rule]) => `${name}: ${rule} was not kept (${JSON.stringify(metric?.values)})`),
  )
}

/** Requests that found no free virtual user when they were due. */
export function droppedOf({ metrics }: K6Summary): number {
  return metrics['dropped_iterations']?.values['count'] ?? 0
}
