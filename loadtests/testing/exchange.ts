import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '@uptick/postgres'
import { readRunning, readSettings, type Running } from '@uptick/standalone'

const START_MS_MAX = 90_000
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
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'uptick-')))
  const port = options.port ?? (await freePort())
  const supervisor = spawn(
    process.execPath,
    [main, ...(options.tls === true ? ['--tls'] : []), '--data', folder, '--port', String(port)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment },
    },
  )
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
  const ended = once(supervisor, 'exit')
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
      supervisor.kill('SIGINT')
      await ended
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
