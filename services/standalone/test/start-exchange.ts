import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@uptick/postgres'
import { OperatorClient } from '@uptick/operator'
import { readRunning, readSettings, type DemoKey, type Running } from '@uptick/data-folder'

const OPEN_MS_MAX = 60_000
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** How a run of the start command ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly errors: string
}

/** The start command as a process of its own, as `npm start` runs it. */
export interface StartCommand {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** Settled when it says that it is open; fails when it ends before. */
  readonly open: Promise<void>
  output(): string
}

export function startCommand(args: readonly string[], environment: Record<string, string> = {}): StartCommand {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  const { promise: open, resolve, reject } = Promise.withResolvers<void>()
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output.includes(' is open at ')) resolve()
  })
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = new Promise<Ended>((done) => {
    // `close`, not `exit`: by then all of its output is here.
    child.once('close', (code, signal) => done({ code, signal, output, errors }))
  })
  const timer = setTimeout(
    () => reject(new Error(`not open after ${OPEN_MS_MAX} ms:\n${output}${errors}`)),
    OPEN_MS_MAX,
  )
  void ended.then(() => reject(new Error(`ended before it was open:\n${output}${errors}`)))
  open.catch(() => undefined).finally(() => clearTimeout(timer))
  return { process: child, ended, open, output: () => output }
}

/** A running exchange in a folder of its own, for tests. */
export class TestExchange {
  readonly folder: string
  readonly port: number
  command: StartCommand
  readonly #environment: Record<string, string>

  private constructor(folder: string, port: number, environment: Record<string, string>) {
    this.folder = folder
    this.port = port
    this.#environment = environment
    this.command = startCommand(TestExchange.#args(folder, port), environment)
  }

  /** With `environment` on top of what the command needs; in a fresh folder unless one is given. */
  static async start(
    environment: Record<string, string> = {},
    folder = TestExchange.freshFolder(),
  ): Promise<TestExchange> {
    const port = await freePort()
    const exchange = new TestExchange(folder, port, environment)
    await exchange.command.open
    return exchange
  }

  static freshFolder(): string {
    return mkdtempSync(join(tmpdir(), 'uptick-exchange-'))
  }

  static #args(folder: string, port: number): string[] {
    return ['--data', folder, '--port', String(port)]
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get running(): Running {
    const running = readRunning(this.folder)
    if (running === undefined) throw new Error('the exchange does not run')
    return running
  }

  get operator(): OperatorClient {
    return new OperatorClient(this.running.operatorUrl, readSettings(this.folder)?.operatorToken ?? '')
  }

  /** The HMAC key of a demo trader. */
  key(owner: string): DemoKey {
    const key = readSettings(this.folder)?.demoKeys.find((known) => known.owner === owner && known.secret !== '')
    if (key === undefined) throw new Error(`no key of ${owner}`)
    return key
  }

  /** Start it again on the same folder, after it has ended. */
  async restart(): Promise<void> {
    this.command = startCommand(TestExchange.#args(this.folder, this.port), this.#environment)
    await this.command.open
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.command.process.kill(signal)
    return this.command.ended
  }

  async remove(): Promise<void> {
    if (this.command.process.exitCode === null && this.command.process.signalCode === null) await this.stop()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}
