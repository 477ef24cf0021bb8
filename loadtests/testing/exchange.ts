import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { temporaryFolder, throwIfInterrupted, undoLater } from '@uptick/commandline'
import { freePort } from '@uptick/postgres'
import { readRunning, readSettings, type Running } from '@uptick/data-folder'

const START_MS_MAX = 90_000
/** A supervisor that was asked to end and does not: it is killed then, and what it has started ends by itself, ms. */
const END_MS_MAX = 60_000
const main = fileURLToPath(new URL('../../services/standalone/src/main.ts', import.meta.url))

/** The exchange that `npm start` brings up, in a folder of its own. */
export interface RunningExchange {
  /** REST and WebSocket: `http://127.0.0.1:port`, or `https:`. */
  readonly url: string
  readonly folder: string
  readonly operatorToken: string
  /** The demo traders with HMAC keys. */
  readonly accounts: readonly { readonly account: number; readonly key: string; readonly secret: string }[]
  readonly supervisor: ChildProcess
  /** Addresses and process ids as they are now: processes that died have been replaced. */
  running(): Running
  /** Ctrl-C, and wait until everything has ended; the folder goes too unless it was given. */
  stop(): Promise<void>
}

export interface ExchangeOptions {
  /** A data folder to go on with; a fresh one in the temporary directory otherwise. */
  readonly folder?: string
  readonly port?: number
  /** https and wss, with a certificate in `tls-cert.pem` of the folder. */
  readonly tls?: boolean
  /** Settings besides. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Starts the exchange as a user would, on a free port, and resolves when it says that it is open.
 *
 * @throws Error with what the exchange printed, when it ends or stays silent
 */
export async function startExchange(options: ExchangeOptions = {}): Promise<RunningExchange> {
  const own = options.folder === undefined ? temporaryFolder('uptick-') : undefined
  const folder = options.folder ?? own!.path
  const port = options.port ?? (await freePort())
  throwIfInterrupted()
  const supervisor = spawn(
    process.execPath,
    [main, ...(options.tls === true ? ['--tls'] : []), '--data', folder, '--port', String(port)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment },
    },
  )
  const ended = once(supervisor, 'exit')
  const end = undoLater(() => endSupervisor(supervisor, ended))
  const printed: string[] = []
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the exchange ${why}:\n${printed.join('\n')}`))
    const timer = setTimeout(() => {
      supervisor.kill('SIGKILL')
      fail(`did not open within ${START_MS_MAX} ms`)
    }, START_MS_MAX)
    supervisor.once('exit', (code) => {
      clearTimeout(timer)
      fail(`ended with ${code}`)
    })
    createInterface(supervisor.stderr).on('line', (line) => printed.push(line))
    createInterface(supervisor.stdout).on('line', (line) => {
      printed.push(line)
      if (!line.includes('is open at')) return
      clearTimeout(timer)
      resolve()
    })
  })
  const settings = readSettings(folder)
  if (settings === undefined) throw new Error(`${folder} has no settings`)
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    folder,
    operatorToken: settings.operatorToken,
    accounts: settings.demoKeys
      .filter(({ secret }) => secret !== '')
      .map(({ account, apiKey, secret }) => ({ account, key: apiKey, secret })),
    supervisor,
    running() {
      const running = readRunning(folder)
      if (running === undefined) throw new Error(`nothing runs in ${folder}`)
      return running
    },
    async stop() {
      await end()
      await own?.remove()
    },
  }
}

async function endSupervisor(supervisor: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (supervisor.exitCode !== null || supervisor.signalCode !== null) return
  supervisor.kill('SIGINT')
  const timer = setTimeout(() => supervisor.kill('SIGKILL'), END_MS_MAX)
  await ended
  clearTimeout(timer)
}
