import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Target } from './order-path.ts'

/** The answer to a request, and the time since it was sent, ms. */
export interface Timed {
  readonly status: number
  readonly bytes: number
  readonly firstByteMs: number
  readonly wholeMs: number
  /** The beginning of the body, for the message of a failed run. */
  readonly text: string
}

export interface SignedRequest {
  readonly method: 'POST' | 'DELETE'
  readonly path: string
  readonly params: Readonly<Record<string, string>>
}

const SHOWN_MAX = 200

/** One connection of a trader, with one request in flight at a time. */
export class SignedConnection {
  readonly #socket: Socket
  readonly #target: Target

  private constructor(socket: Socket, target: Target) {
    this.#socket = socket
    this.#target = target
  }

  static async open(target: Target): Promise<SignedConnection> {
    const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new SignedConnection(socket, target)
  }

  /** @throws Error when the connection ends before the answer is whole */
  call({ method, path, params }: SignedRequest): Promise<Timed> {
    const { key, secret } = this.#target
    const form = new URLSearchParams({ ...params, recvWindow: '60000', timestamp: String(Date.now()) }).toString()
    const body = `${form}&signature=${createHmac('sha256', secret).update(form).digest('hex')}`
    const head = [
      `${method} ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      `X-MBX-APIKEY: ${key}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
    ]
    const answer = this.#answer(performance.now())
    this.#socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
    return answer
  }

  close(): void {
    this.#socket.destroy()
  }

  #answer(began: number): Promise<Timed> {
    return new Promise((resolve, reject) => {
      let head = ''
      let missing: number | undefined
      let firstByteMs = 0
      let bytes = 0
      const received = (chunk: Buffer): void => {
        firstByteMs ||= performance.now() - began
        if (missing === undefined) {
          head += chunk.toString('latin1')
          const end = head.indexOf('\r\n\r\n')
          if (end < 0) return
          bytes = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
          missing = bytes - (head.length - end - 4)
        } else missing -= chunk.length
        if (missing > 0) return
        done()
        const text = head.slice(head.indexOf('\r\n\r\n') + 4).slice(0, SHOWN_MAX)
        resolve({ status: Number(head.slice(9, 12)), bytes, firstByteMs, wholeMs: performance.now() - began, text })
      }
      const ended = (): void => {
        done()
        reject(new Error(`the connection ended: ${head.slice(0, SHOWN_MAX)}`))
      }
      const done = (): void => {
        this.#socket.off('data', received)
        this.#socket.off('close', ended)
      }
      this.#socket.on('data', received)
      this.#socket.on('close', ended)
    })
  }
}
