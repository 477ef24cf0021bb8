import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { LINK_SECRET } from './credentials.ts'

/** A line of the engine's log. */
export interface LogLine {
  readonly msg?: string
  readonly role?: string
  readonly condition?: string
  readonly met?: boolean
  readonly reason?: string
  /** Where evidence lies. */
  readonly kept?: string
  readonly opsPort?: number
  readonly linkPort?: number
  readonly milliseconds?: number
  readonly drainMilliseconds?: number
}

/** The engine as `npm start` runs it: a process of its own. */
export class EngineProcess {
  readonly child: ChildProcess
  readonly exited: Promise<unknown[]>
  readonly lines: LogLine[] = []
  #look: () => void = () => undefined

  private constructor(child: ChildProcess) {
    this.child = child
    this.exited = once(child, 'exit')
    createInterface({ input: child.stdout! }).on('line', (text) => {
      this.lines.push(JSON.parse(text))
      this.#look()
    })
  }

  /** Start one on a database; resolves when it leads, or is ready to. @param main program, relative to this file */
  static async launch(
    databaseUrl: string,
    environment: NodeJS.ProcessEnv = {},
    main = '../src/main.ts',
  ): Promise<EngineProcess> {
    const child = spawn(process.execPath, [fileURLToPath(new URL(main, import.meta.url))], {
      env: { ...process.env, DATABASE_URL: databaseUrl, LINK_PORT: '0', LINK_SECRET, OPS_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const engine = new EngineProcess(child)
    await engine.until(({ condition, met }) => condition === 'caught-up' && met === true)
    return engine
  }

  get url(): string {
    return `ws://127.0.0.1:${this.lines.find(({ linkPort }) => linkPort !== undefined)?.linkPort}/link`
  }

  get opsUrl(): string {
    return `http://127.0.0.1:${this.lines.find(({ opsPort }) => opsPort !== undefined)?.opsPort}`
  }

  get role(): string | undefined {
    return this.lines.findLast(({ msg }) => msg === 'role changed')?.role
  }

  /** Resolves with the first line, past or to come, that `matches`; rejects when the process ends before. */
  until(matches: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const line = this.lines.find((each) => matches(each))
        if (line) resolve(line)
      }
      this.exited.then(() => reject(new Error('the engine has ended')), reject)
      this.#look()
    })
  }

  leads(): Promise<LogLine> {
    return this.until(({ role }) => role === 'leading')
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill(signal)
    await this.exited
  }
}
