import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A service of this repository as a process of its own, as production runs it. */
export class ChildService {
  readonly #child: ChildProcess
  readonly #output: string[] = []
  readonly #lines: ((line: string) => void)[] = []

  constructor(name: string, environment: Record<string, string>) {
    const main = fileURLToPath(new URL(`../../${name}/src/main.ts`, import.meta.url))
    this.#child = spawn(process.execPath, [main], {
      env: { PATH: process.env['PATH'] ?? '', OPS_PORT: '0', LOG_LEVEL: 'info', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#output.push(line)
        if (process.env['TEST_LOG_LEVEL'] !== undefined) process.stderr.write(`${name}: ${line}\n`)
        for (const look of this.#lines) look(line)
      })
    }
  }

  /** The first line that contains `text`; rejects with the output when the process ends before. */
  line(text: string): Promise<string> {
    const known = this.#output.find((line) => line.includes(text))
    if (known !== undefined) return Promise.resolve(known)
    return new Promise((resolve, reject) => {
      this.#lines.push((line) => {
        if (line.includes(text)) resolve(line)
      })
      this.#child.once('exit', () => reject(new Error(`ended before "${text}":\n${this.#output.join('\n')}`)))
    })
  }

  /** Whether it has written a line that contains `text`. */
  hasWritten(text: string): boolean {
    return this.#output.some((line) => line.includes(text))
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.isRunning) return
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }
}
