import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { throwIfInterrupted, undoLater } from '@uptick/commandline'
import { freePort } from '@uptick/postgres'

const READY_MS_MAX = 60_000
const END_MS_MAX = 20_000
/** Characters of a service's output that are kept. */
const OUTPUT_MAX = 16_384
/** Ends a service whose bench is gone. */
const guard = new URL('../../../services/standalone/src/processes/child-guard.ts', import.meta.url).href

/** One service as a child process. */
export class Service {
  readonly process: ChildProcess
  /** The end of what it has written. */
  output = ''

  private constructor(child: ChildProcess) {
    this.process = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => (this.output = (this.output + text.toString()).slice(-OUTPUT_MAX)))
    }
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  /** Resolves when it is ready. @throws Error when it does not become ready */
  static async start(name: string, environment: Record<string, string>, flags: readonly string[]): Promise<Service> {
    const ops = await freePort()
    throwIfInterrupted()
    const child = fork(new URL(`../../../services/${name}/src/main.ts`, import.meta.url), {
      silent: true,
      env: { ...process.env, ...environment, OPS_PORT: String(ops), LOG_LEVEL: 'error' },
      execArgv: ['--import', guard, ...flags],
    })
    child.stdout?.pipe(process.stderr)
    child.stderr?.pipe(process.stderr)
    const service = new Service(child)
    const end = undoLater(() => service.stop())
    child.once('exit', () => void end())
    const isReady = async () => (await fetch(`http://127.0.0.1:${ops}/readyz`).catch(() => undefined))?.ok === true
    for (const began = performance.now(); !(await isReady()); await delay(25))
      if (!service.isRunning || performance.now() - began > READY_MS_MAX)
        throw new Error(`the ${name} does not become ready:\n${service.output}`)
    return service
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return
    const ended = once(this.process, 'exit')
    this.process.kill('SIGTERM')
    const timer = setTimeout(() => this.process.kill('SIGKILL'), END_MS_MAX)
    await ended
    clearTimeout(timer)
  }
}
