import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { FRAME_BYTES_MAX } from '@uptick/protocol'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import type { LinkHandler } from './link-handler.ts'
import { CONNECTIONS_MAX } from './limits.ts'
import { CloseCode } from './link-errors.ts'
import type { LinkSocket } from './seams.ts'

export const LINK_PATH = '/link'
/** How long a peer may take to answer a close frame, or to take the bytes before it. */
const CLOSE_MS_MAX = 1_000

export interface LinkServerOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** Undefined: nobody is at home yet. */
  readonly connect: (socket: LinkSocket) => LinkHandler | undefined
  readonly disconnected: (handler: LinkHandler) => void
}

/** The WebSocket side of the links: binary messages, uncompressed, bounded. Knows nothing of what is in them. */
export class LinkServer {
  readonly #server: WebSocketServer

  private constructor(server: WebSocketServer) {
    this.#server = server
  }

  static async listen(options: LinkServerOptions): Promise<LinkServer> {
    const { host, port } = options
    const server = new WebSocketServer({
      host,
      port,
      path: LINK_PATH,
      perMessageDeflate: false,
      maxPayload: FRAME_BYTES_MAX,
      skipUTF8Validation: true,
    })
    server.on('connection', (webSocket, request) => {
      if (server.clients.size > CONNECTIONS_MAX) {
        webSocket.close(CloseCode.TRY_AGAIN_LATER, 'too many connections')
        return
      }
      const { remoteAddress, remotePort } = request.socket
      request.socket.setNoDelay(true)
      serve(webSocket, `${remoteAddress}:${remotePort}`, options)
    })
    await once(server, 'listening')
    return new LinkServer(server)
  }

  get port(): number {
    const address = this.#server.address()
    assert(address !== null && typeof address === 'object', 'the link server listens on TCP')
    return address.port
  }

  /** Take no more connections and drop those that are still open. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const client of this.#server.clients) client.terminate()
    })
  }
}

function serve(webSocket: WebSocket, peer: string, { connect, disconnected }: LinkServerOptions): void {
  webSocket.binaryType = 'nodebuffer'
  let handler: LinkHandler | undefined
  const drained = (): void => handler?.drained()
  handler = connect({
    peer,
    send: (frame, sent) => {
      if (webSocket.readyState !== webSocket.OPEN) sent?.()
      else if (sent) webSocket.send(frame, () => (sent(), drained()))
      else webSocket.send(frame, drained)
    },
    close: (code, reason) => {
      webSocket.close(code, reason)
      setTimeout(() => webSocket.terminate(), CLOSE_MS_MAX).unref()
    },
    get bufferedBytes() {
      return webSocket.bufferedAmount
    },
  })
  if (!handler) {
    webSocket.close(CloseCode.TRY_AGAIN_LATER, 'starting')
    return
  }
  const linked = handler
  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary) linked.receivedText()
    else if (Buffer.isBuffer(data)) linked.received(data)
  })
  // The close event follows; a peer that breaks the WebSocket protocol is closed by `ws` with the right code.
  webSocket.on('error', () => undefined)
  webSocket.on('close', () => disconnected(linked))
}
