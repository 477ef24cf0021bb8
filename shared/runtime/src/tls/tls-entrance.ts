import type { Server, Socket } from 'node:net'
import { createServer, type Server as TlsServer, type TLSSocket } from 'node:tls'
import { TLS_VERSION_MIN, type Certificate } from './certificate.ts'
import type { WatchedCertificate } from './watched-certificate.ts'

/** From the connection to the end of the handshake. */
const HANDSHAKE_MS_MAX = 5_000
/** Handshakes under way at once; past it new connections are closed. */
export const HANDSHAKES_MAX = 4_096

export interface TlsEntranceOptions {
  readonly certificate: Pick<WatchedCertificate, 'value' | 'onChange'>
  /** Whether clients must have a certificate that the certificate's `ca` has signed. */
  readonly isMutual?: boolean
  /** Hears of the socket that a server sees in the place of the one that was accepted. */
  readonly secured?: (accepted: Socket, secure: TLSSocket) => void
}

/** Counts for metrics. */
export interface TlsCounters {
  succeeded: number
  /** Not TLS, no common version, no valid certificate, too slow, or one too many. */
  failed: number
}

/**
 * TLS before a server that knows nothing of it: the handshake is made, and what listens for connections gets a socket
 * with the plain bytes. It does not matter who accepted the connection, this process or its parent. TLS 1.3, HTTP/1.1. The
 * certificate can be replaced at any time, for the connections that come after.
 */
export class TlsEntrance {
  readonly counters: TlsCounters = { succeeded: 0, failed: 0 }
  readonly #options: TlsEntranceOptions
  readonly #tls: TlsServer
  /** By addresses and ports of both ends: a balancer may have one port of its own to two of ours. */
  readonly #handshakes = new Map<string, Socket>()
  #enter: (socket: TLSSocket) => void = (socket) => socket.destroy()

  constructor(options: TlsEntranceOptions) {
    this.#options = options
    // It listens to nothing itself.
    this.#tls = createServer({
      ...contextOf(options.certificate.value),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_MS_MAX,
      requestCert: options.isMutual ?? false,
      rejectUnauthorized: options.isMutual ?? false,
    })
    options.certificate.onChange((certificate) => this.#tls.setSecureContext(contextOf(certificate)))
    this.#tls.on('secureConnection', (socket) => this.#secured(socket))
    this.#tls.on('tlsClientError', (_error, socket) => {
      this.counters.failed++
      socket.destroy()
    })
  }

  /** Stand before the listeners that the server has for connections: call it when all of them are there. */
  guard(server: Server): void {
    const listeners = server.listeners('connection') as ((socket: Socket) => void)[]
    server.removeAllListeners('connection')
    this.#enter = (socket) => {
      for (const listener of listeners) listener.call(server, socket)
    }
    server.on('connection', (socket: Socket) => this.#begin(socket))
  }

  /** Handshakes under way. */
  get handshakes(): number {
    return this.#handshakes.size
  }

  #begin(socket: Socket): void {
    if (this.#handshakes.size >= HANDSHAKES_MAX) {
      this.counters.failed++
      socket.destroy()
      return
    }
    const name = nameOf(socket)
    this.#handshakes.set(name, socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      if (this.#handshakes.get(name) === socket) this.#handshakes.delete(name)
    })
    this.#tls.emit('connection', socket)
  }

  #secured(socket: TLSSocket): void {
    const name = nameOf(socket)
    const accepted = this.#handshakes.get(name)
    this.#handshakes.delete(name)
    this.counters.succeeded++
    if (accepted) this.#options.secured?.(accepted, socket)
    this.#enter(socket)
  }
}

function contextOf(certificate: Certificate): Certificate & { readonly minVersion: typeof TLS_VERSION_MIN } {
  return { ...certificate, minVersion: TLS_VERSION_MIN }
}

function nameOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`
}
