import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 10

/**
 * Whether there is a `redis-server` on the PATH. The gate installs one, so there a missing one is a failure.
 *
 * @throws Error under CI
 */
export function hasRedis(): boolean {
  const isThere = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0
  if (isThere) return true
  if (process.env['CI'] === 'true') throw new Error('there is no redis-server on the PATH')
  process.stdout.write('tests against Redis are skipped: there is no redis-server on the PATH\n')
  return false
}

/** A Redis of the test's own: a process that can be killed, stopped and started again on the same port. */
export class RedisServer {
  readonly port: number
  #process: ChildProcess

  private constructor(port: number) {
    this.port = port
    this.#process = spawnServer(port)
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort())
    await server.#answers()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }

  /** After `kill`: an empty one. */
  async restart(): Promise<void> {
    this.#process = spawnServer(this.port)
    await this.#answers()
  }

  /** Send one command as text, and resolve with the first reply. */
  async command(text: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1')
    try {
      socket.write(`${text}\r\n`)
      const [reply] = (await once(socket, 'data')) as [Buffer]
      return reply.toString()
    } finally {
      socket.destroy()
    }
  }

  async #answers(): Promise<void> {
    while (!(await this.command('PING').catch(() => '')).startsWith('+PONG')) await delay(POLL_MS)
  }
}

function spawnServer(port: number): ChildProcess {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  // Replication leaves no files either.
  args.push('--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0', '--repl-diskless-load', 'swapdb')
  return spawn('redis-server', args, { stdio: 'ignore' })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
