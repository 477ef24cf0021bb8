import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A client that writes bytes and looks at the text that comes back. */
export class RawClient {
  readonly socket: Socket
  received = ''

  /** @param localPort 0: any */
  constructor(port: number, localAddress = '127.0.0.1', localPort = 0) {
    this.socket = connect({ port, host: '127.0.0.1', localAddress, localPort, noDelay: true })
    this.socket.on('data', (chunk) => (this.received += chunk.toString()))
    this.socket.on('error', () => undefined)
  }

  /** What came since the last time, once `text` is in it. */
  async until(text: string): Promise<string> {
    while (!this.received.includes(text)) await once(this.socket, 'data')
    const received = this.received
    this.received = ''
    return received
  }

  async closed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close')
  }
}
