import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { FRAME_BYTES_MAX } from '@uptick/protocol'
import { TlsEntrance, type WatchedCertificate } from '@uptick/runtime'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import type { LinkHandler } from './link-handler.ts'
import { CONNECTIONS_MAX } from './limits.ts'
import { CloseCode } from './link-errors.ts'
import type { LinkSocket } from './seams.ts'
import { Strangers } from './strangers.ts'

export const LINK_PATH = '/link'
/** How long a peer may take to answer a close frame, or to take the bytes before it. */
const CLOSE_MS_MAX = 1_000

export interface LinkServerOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** With it, links are TLS, and both ends show a certificate of its authority. */
  readonly certificate?: WatchedCertificate | undefined
  /** Undefined until the engine exists. */
  readonly connect: (socket: LinkSocket) => LinkHandler | undefined
  readonly disconnected: (handler: LinkHandler) => void
}

/** The WebSocket side of the links: binary messages, uncompressed, bounded. Does not know their contents. */
export class LinkServer {
  readonly #http: Server
  readonly #sockets: WebSocketServer

  private constructor(http: Server, sockets: WebSocketServer) {
    this.#http = http
    this.#sockets = sockets
  }

  static async listen(options: LinkServerOptions): Promise<LinkServer> {
    const http = createServer((_request, response) => response.writeHead(426, { connection: 'close' }).end())
    const strangers = new Strangers()
    const sockets = new WebSocketServer({
      server: http,
      path: LINK_PATH,
      perMessageDeflate: false,
      maxPayload: FRAME_BYTES_MAX,
      skipUTF8Validation: true,
      verifyClient: ({ req }, accept) => (isBrowser(req) ? accept(false, 403) : accept(true)),
    })
    sockets.on('connection', (webSocket, request) => {
      if (sockets.clients.size > CONNECTIONS_MAX) {
        webSocket.close(CloseCode.TRY_AGAIN_LATER, 'too many connections')
        return
      }
      request.socket.setNoDelay(true)
      serve(webSocket, request.socket, strangers, options)
    })
    const { certificate } = options
    if (certificate) new TlsEntrance({ certificate, isMutual: true }).guard(http)
    http.prependListener('connection', (socket: Socket) => strangers.came(socket))
    http.listen(options.port, options.host)
    await once(http, 'listening')
    return new LinkServer(http, sockets)
  }

  get port(): number {
    const address = this.#http.address()
    assert(address !== null && typeof address === 'object', 'the link server listens on TCP')
    return address.port
  }

  /** Take no more connections and drop those that are still open. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#http.close(() => resolve())
      for (const client of this.#sockets.clients) client.terminate()
      this.#http.closeAllConnections()
    })
  }
}

/** Engines and gateways send no Origin. A browser always does, and its user may be led to any page. */
function isBrowser({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined
}

function serve(webSocket: WebSocket, socket: Socket, strangers: Strangers, options: LinkServerOptions): void {
  webSocket.binaryType = 'nodebuffer'
  let handler: LinkHandler | undefined
  const drained = (): void => handler?.drained()
  handler = options.connect({
    peer: `${socket.remoteAddress}:${socket.remotePort}`,
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
  // The close event follows; a peer that breaks the WebSocket protocol is closed by `ws` with the right code.
  webSocket.on('error', () => undefined)
  if (!handler) {
    webSocket.close(CloseCode.TRY_AGAIN_LATER, 'starting')
    return
  }
  const linked = handler
  const count = (): void => strangers.received(socket)
  socket.on('data', count)
  let isStranger = true
  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary) linked.receivedText()
    else if (Buffer.isBuffer(data)) linked.received(data)
    if (!isStranger || linked.isStranger) return
    isStranger = false
    socket.off('data', count)
    strangers.admitted(socket)
  })
  webSocket.on('close', () => options.disconnected(linked))
}
