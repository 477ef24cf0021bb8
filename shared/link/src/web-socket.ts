import type { LookupFunction } from 'node:net'
import { FRAME_BYTES_MAX } from '@uptick/protocol'
import { TLS_VERSION_MIN, type WatchedCertificate } from '@uptick/runtime'
import { WebSocket, type ClientOptions } from 'ws'
import type { Dial, DialledSocket } from './dial.ts'

const HANDSHAKE_MS_MAX = 1_000

/** A connection that also reports its unsent bytes. */
export interface WebSocketConnection extends DialledSocket {
  /** Bytes handed to `send` that the kernel has not taken yet. */
  readonly bufferedBytes: number
}

/** How links are TLS. */
export interface LinkTls {
  /** Shown to engines; its authority has signed theirs. */
  readonly certificate: WatchedCertificate
  /** The name in the certificate of every engine: they are dialled by addresses that no certificate has. */
  readonly name: string
}

export interface WebSocketDialOptions {
  /** For `wss:` URLs. */
  readonly tls?: LinkTls | undefined
  /** Resolves names to addresses; the system's resolver unless given. */
  readonly lookup?: LookupFunction
}

/** Dials engines over `ws`: loopback or a cluster's own network, so nothing is compressed. */
export function dialWebSockets(options: WebSocketDialOptions = {}): Dial<WebSocketConnection> {
  return (url, events) => {
    const socket = new WebSocket(url, socketOptions(options))
    socket.binaryType = 'nodebuffer'
    let reason = 'closed'
    socket.on('open', () => events.opened())
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) events.received(data)
    })
    socket.on('error', (error) => (reason = error.message))
    socket.on('close', (code, text) =>
      events.closed(text.length > 0 ? `${code} ${text.toString()}` : `${reason} ${code}`),
    )
    return {
      send: (frame) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(frame)
      },
      close: () => socket.terminate(),
      get bufferedBytes() {
        return socket.bufferedAmount
      },
    }
  }
}

function socketOptions({ lookup, tls }: WebSocketDialOptions): ClientOptions {
  return {
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    handshakeTimeout: HANDSHAKE_MS_MAX,
    skipUTF8Validation: true,
    // A key of zeros leaves the bytes as they are. Masking is for proxies that a browser might trick; there are none here.
    generateMask: (mask) => mask.fill(0),
    ...(lookup && { lookup }),
    ...(tls && { ...tls.certificate.value, servername: tls.name, minVersion: TLS_VERSION_MIN }),
  }
}
