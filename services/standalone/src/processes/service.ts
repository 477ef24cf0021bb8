import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { messageOf, Problem } from '@uptick/commandline'
import { diskProblem } from '../machine/disk.ts'
import type { LogFiles } from '../logs/log-files.ts'
import { childEnvironment } from './child-environment.ts'
import { guardUrl } from './guard-url.ts'

const SERVICES = new URL('../../../', import.meta.url)

const READY_MS_MAX = 60_000
const READY_POLL_MS = 25
const PROBE_MS_MAX = 1_000
/** Six failures in a row are 30 s, as in the liveness probes of k8s/base. An answer may take as long as the period. */
const LIVENESS = { periodMs: 5_000, failuresMax: 6 }
/** Probes without an answer before the first one: 5 minutes, as in the startup probes. */
const START_FAILURES_MAX = 60
/** Time between SIGTERM and SIGKILL. Services that check their drain times get the same number. */
export const GRACE_MS = 30_000
const BACKOFF_FIRST_MS = 100
const BACKOFF_MS_MAX = 5_000
/** A service that dies after it has run this long is started again at once. */
const STEADY_MS = 30_000
/** Starts before it was ever ready; then the waiting caller gets an error. There is no limit: further starts follow. */
const FIRST_ATTEMPTS_MAX = 3
/** sysexits.h: misconfigured, so trying again would not help. */
const EX_CONFIG = 78

export interface ServiceDefinition {
  readonly name: string
  /** The data folder that it belongs to. */
  readonly folder: string
  /** File to run, in the folder of the services. */
  readonly entry: string
  readonly args?: readonly string[]
  /** Flags of Node. */
  readonly flags?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Port of its probes; undefined for a process that has none and counts as ready at once. */
  readonly opsPort: number | undefined
  readonly logFile: string
  readonly logs: Pick<LogFiles, 'open'>
  readonly verbose: boolean
  /** How often its liveness is probed, in ms, and after how many missing answers it is killed. */
  readonly liveness?: { readonly periodMs: number; readonly failuresMax: number }
  readonly onRestart: (name: string, how: string, delayMs: number) => void
  readonly onStarted: (name: string, process: number) => void
  /** Called with each message of the process. */
  readonly onMessage?: (message: unknown) => void
  /** The process has ended for any reason; another one may follow. */
  readonly onEnded?: () => void
}

/** One service as a child process. It is started again when it dies, until `stop`. */
export class Service {
  readonly #definition: ServiceDefinition
  readonly #guard: string
  #child: ChildProcess | undefined
  #exited: Promise<string> = Promise.resolve('')
  #stopping = new AbortController()
  #wasReady = false
  /** The process that was killed because it did not answer its probes. */
  #unanswered: ChildProcess | undefined
  #attempts = 0
  #failure: Error | undefined

  constructor(definition: ServiceDefinition) {
    this.#definition = definition
    this.#guard = guardUrl(definition.folder)
  }

  get name(): string {
    return this.#definition.name
  }

  get process(): number | undefined {
    return this.#child?.pid
  }

  get opsUrl(): string | undefined {
    const { opsPort } = this.#definition
    return opsPort === undefined ? undefined : `http://127.0.0.1:${opsPort}`
  }

  /** Start it, and wait until it reports that it is ready. @throws Problem with the end of its log */
  async start(): Promise<void> {
    this.#launch()
    for (const began = performance.now(); ; await delay(READY_POLL_MS)) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#stopping.signal.aborted) return
      if (await this.isReady()) break
      if (performance.now() - began > READY_MS_MAX) throw this.#problem(`is not ready after ${READY_MS_MAX / 1000} s`)
    }
    this.#wasReady = true
  }

  /**
   * Send SIGTERM, a second one after `hurryMs` (which tells services not to wait for others), SIGKILL past the grace.
   */
  async stop(hurryMs = GRACE_MS): Promise<void> {
    this.#stopping.abort()
    const child = this.#child
    if (child === undefined) return
    child.kill('SIGTERM')
    const timers = [setTimeout(() => child.kill('SIGTERM'), hurryMs), setTimeout(() => child.kill('SIGKILL'), GRACE_MS)]
    await this.#exited
    for (const timer of timers) clearTimeout(timer)
  }

  /** Send a connection to the process. `failed` is called when its channel is gone. The socket here stays open. */
  hand(message: object, socket: Socket, failed: () => void): void {
    const child = this.#child
    if (child === undefined || !child.connected) return failed()
    child.send(message, socket, { keepOpen: true }, (error) => {
      if (error !== null) failed()
    })
  }

  /** Send a message to the process. It is lost when there is no process, or its channel is gone. */
  tell(message: object): void {
    const child = this.#child
    if (child?.connected === true) child.send(message, () => undefined)
  }

  /** Whether the service reports now that it is ready. */
  async isReady(): Promise<boolean> {
    if (this.opsUrl === undefined) return this.#child?.exitCode === null
    return this.#answers('/readyz', PROBE_MS_MAX)
  }

  kill(): void {
    this.#stopping.abort()
    this.#child?.kill('SIGKILL')
  }

  async #answers(path: string, ms: number): Promise<boolean> {
    try {
      const response = await fetch(`${this.opsUrl}${path}`, { signal: AbortSignal.timeout(ms) })
      await response.body?.cancel()
      return response.ok
    } catch {
      return false
    }
  }

  #launch(): void {
    const { entry, args = [], flags = [], environment, logFile, logs, verbose } = this.#definition
    const log = logs.open(logFile)
    // Without a log file the service still runs.
    const output = verbose ? 'inherit' : (log ?? 'ignore')
    const program = fileURLToPath(new URL(entry, SERVICES))
    const child = spawn(process.execPath, [...flags, '--import', this.#guard, program, ...args], {
      env: { ...childEnvironment(), ...environment },
      // A session of its own: Ctrl-C goes to the supervisor alone, which stops everything in order.
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    })
    if (log !== undefined) closeSync(log)
    const began = performance.now()
    this.#child = child
    this.#attempts++
    if (child.pid !== undefined) this.#definition.onStarted(this.name, child.pid)
    this.#exited = new Promise((done) => {
      child.once('error', (error) => done(error.message))
      child.once('exit', (code, signal) => {
        if (this.#unanswered === child) done('killed: it answered nothing any more')
        else done(signal === null ? `code ${code}` : signal)
      })
    })
    void this.#watch(child)
    const { onMessage, onEnded } = this.#definition
    if (onMessage) child.on('message', onMessage)
    void this.#exited.then((how) => {
      onEnded?.()
      void this.#restart(how, performance.now() - began)
    })
  }

  /**
   * Kill a process that runs but does not answer its probes, because it is suspended or hangs: its clients would wait
   * that long. Probes are counted and not time: a supervisor that was suspended itself misses no more than one of them.
   */
  async #watch(child: ChildProcess): Promise<void> {
    if (this.opsUrl === undefined) return
    const { periodMs, failuresMax } = this.#definition.liveness ?? LIVENESS
    const { signal } = this.#stopping
    const hasEnded = (): boolean => signal.aborted || child.exitCode !== null || child.signalCode !== null
    for (let failures = 0, max = START_FAILURES_MAX; !hasEnded();) {
      await delay(periodMs, undefined, { signal, ref: false }).catch(() => undefined)
      const lives = await this.#answers('/livez', periodMs)
      if (hasEnded()) return
      failures = lives ? 0 : failures + 1
      if (lives) max = failuresMax
      if (failures < max) continue
      this.#unanswered = child
      child.kill('SIGKILL')
      return
    }
  }

  async #restart(how: string, ranMs: number): Promise<void> {
    const { signal } = this.#stopping
    if (signal.aborted) return
    if (ranMs > STEADY_MS) this.#attempts = 0
    const isMisconfigured = how === `code ${EX_CONFIG}`
    // The caller that waits for it to become ready gets the error. Further starts follow until `stop`.
    if (!this.#wasReady && (this.#attempts >= FIRST_ATTEMPTS_MAX || isMisconfigured)) {
      this.#failure ??= this.#problem(`ended with ${how}`)
    }
    if (isMisconfigured) return
    const wait = Math.min(BACKOFF_MS_MAX, BACKOFF_FIRST_MS * 2 ** Math.max(0, this.#attempts - 1))
    this.#definition.onRestart(this.name, how, wait)
    await delay(wait, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) this.#launch()
  }

  #problem(what: string): Problem {
    const { logFile } = this.#definition
    const full = diskProblem(dirname(logFile))
    const cause = full === undefined ? '' : `, and ${full}`
    return new Problem(`The ${this.name} ${what}${cause}; the end of ${logFile}:\n${tailOf(logFile)}`)
  }
}

function tailOf(logFile: string): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
  } catch (error) {
    return `(it cannot be read: ${messageOf(error)})`
  }
}
