import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { endsWithUs, Problem } from '@uptick/commandline'

/** Connections to a machine that lost its power are let go when it answers again, which k6 waits for when it ends. */
const ENDED_MS_MAX = 90_000
/** Lines: what a run that went wrong says last; */
const PRINTED_MAX = 60
/** and what a k6 that hangs says of its goroutines, most of which say the same. */
const STACKS_MAX = 2_000
/** Go prints the stacks of all its goroutines on SIGQUIT, and ends. */
const STACKS_MS_MAX = 5_000
const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url))

export interface K6Options {
  /** A file of `loadtests/scenarios`. */
  readonly script: string
  /** Program and arguments that stand before the script's: `['k6']`, or one that jumps into another network first. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Addresses of this machine among which users are divided, as k6 writes them: `127.0.1.1-127.0.1.9`; undefined: any. */
  readonly from?: string | undefined
  /** Where the story goes, and the figures. */
  readonly storyFile: string
  readonly summaryFile: string
}

/** The figures of a run that matter here. */
export interface K6Summary {
  readonly metrics: Readonly<
    Record<string, { readonly values: Readonly<Record<string, number>>; readonly thresholds?: Thresholds } | undefined>
  >
}

type Thresholds = Readonly<Record<string, { readonly ok: boolean }>>

/** Before anything is made for it. @throws Problem when k6 is not there */
export function needK6(): void {
  if (spawnSync('k6', ['version']).error !== undefined)
    throw new Problem('k6 is not on the PATH: "go install go.k6.io/k6@v1.8.1" brings it.')
}

/** One k6 at work. */
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

  /** Its last lines, for when it went wrong. */
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

  /** End it now, figures included; what is on the way is cut off. One that hangs says where, and is killed. */
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

  /** @throws Error with what it printed, when it has left no figures */
  async summary(): Promise<K6Summary> {
    try {
      return JSON.parse(await readFile(this.#options.summaryFile, 'utf8'))
    } catch {
      throw new Error(`k6 has left no figures for ${this.#options.script}; it said:\n${this.printed}`)
    }
  }
}

/** Thresholds that were not kept, a sentence each. */
export function brokenThresholds({ metrics }: K6Summary): string[] {
  return Object.entries(metrics).flatMap(([name, metric]) =>
    Object.entries(metric?.thresholds ?? {})
      .filter(([, { ok }]) => !ok)
      .map(([rule]) => `${name}: ${rule} was not kept (${JSON.stringify(metric?.values)})`),
  )
}

/** Requests for which no virtual user was free when they were due. */
export function droppedOf({ metrics }: K6Summary): number {
  return metrics['dropped_iterations']?.values['count'] ?? 0
}
