import { once } from 'node:events'
import { RawClient } from './raw-client.ts'

export interface RawReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A client that writes requests as they are told, and reads answers one by one. */
export class RequestClient extends RawClient {
  write(bytes: string | Buffer): void {
    this.socket.write(bytes)
  }

  /** A GET with these header lines, and its answer. */
  get(path: string, ...headers: readonly string[]): Promise<RawReply> {
    this.write([`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n'))
    return this.answer()
  }

  /** The next answer: ASCII, with a `Content-Length`. @throws Error when the connection ends before */
  async answer(): Promise<RawReply> {
    for (;;) {
      const reply = this.#take()
      if (reply !== undefined) return reply
      if (this.socket.readableEnded || this.socket.closed) throw new Error(`no answer: ${this.received}`)
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')])
    }
  }

  close(): void {
    this.socket.destroy()
  }

  #take(): RawReply | undefined {
    const end = this.received.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const [first = '', ...lines] = this.received.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(lines.map(headerOf))
    const last = end + 4 + Number(headers['content-length'] ?? 0)
    if (this.received.length < last) return undefined
    const body = this.received.slice(end + 4, last)
    this.received = this.received.slice(last)
    return { status: Number(first.split(' ')[1]), headers, body }
  }
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
