import { spawn, type ChildProcess } from 'node:child_process'
import type { Kubectl } from './kubectl.ts'
import { endsWithUs } from '@uptick/commandline'

const OPEN_MS_MAX = 15_000

/** A port of a pod or a Service's pod, on this machine's loopback, for as long as that pod lives. */
export class PortForward {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  /** @param target `pod/engine-0`, `service/operator` @throws Error when it cannot be opened */
  static async open(kubectl: Kubectl, target: string, port: number): Promise<PortForward> {
    const args = kubectl.arguments(['port-forward', '--address', '127.0.0.1', target, `:${port}`])
    const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    endsWithUs(child)
    let said = ''
    child.stderr.on('data', (data: Buffer) => (said += data.toString()))
    const local = await new Promise<number>((resolve, reject) => {
      const fail = (): void => reject(new Error(`${target} cannot be reached: ${said.trim()}`))
      const timer = setTimeout(() => child.kill(), OPEN_MS_MAX)
      child.once('error', fail)
      child.once('close', fail)
      child.stdout.on('data', (data: Buffer) => {
        const match = /127\.0\.0\.1:(\d+) ->/.exec(data.toString())
        if (!match) return
        clearTimeout(timer)
        resolve(Number(match[1]))
      })
    })
    return new PortForward(child, local)
  }

  get isOpen(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  close(): void {
    this.#child.kill()
  }
}
