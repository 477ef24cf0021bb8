import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Clients of a WebSocket server that read and discard messages, in a process of their own. */
export class SocketCrowd {
  readonly #child: ChildProcess

  constructor(port: number) {
    this.#child = fork(new URL('./socket-sink.ts', import.meta.url), {
      env: { ...process.env, SINK_PORT: String(port) },
      execArgv: [],
    })
  }

  /** Open this many more at the path; resolves when all are open. */
  async open(path: string, count: number): Promise<void> {
    this.#child.send({ path, count })
    await this.#answered()
  }

  async leave(): Promise<void> {
    this.#child.send('close')
    await this.#answered()
  }

  end(): void {
    this.#child.disconnect()
  }

  async #answered(): Promise<void> {
    const ended = once(this.#child, 'exit').then(() => Promise.reject(new Error('the clients ended')))
    await Promise.race([once(this.#child, 'message'), ended])
    ended.catch(() => undefined)
  }
}
