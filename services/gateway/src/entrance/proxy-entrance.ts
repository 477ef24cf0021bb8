import type { Server, Socket } from 'node:net'
import { type AddressRanges, plainAddress } from '@uptick/runtime'
import type { ClientAddresses } from '../addresses/client-addresses.ts'
import { PROXY_HEADER_BYTES_MAX, readProxyHeader } from './proxy-header.ts'

/** How long a header may take; a balancer sends it with the first packet. */
export const PROXY_HEADER_MS_MAX = 3_000
/** Connections whose header has not come; past it new ones are closed. */
export const PROXY_WAITING_MAX = 4_096

export interface ProxyEntranceOptions {
  /** The addresses whose connections begin with a header. */
  readonly balancers: AddressRanges
  /** Is told the client of each connection that a balancer announces. */
  readonly addresses: ClientAddresses
  readonly headerMsMax?: number
}

/** Counts for metrics. */
export interface ProxyCounters {
  /** Connections for which a header named a client. */
  announced: number
  /** Connections that were closed because their header was missing, wrong, late, or one too many. */
  refused: number
}

/**
 * Reads the PROXY protocol header from a balancer's connection before a server sees it, and records the client's
 * address. All other connections pass at once. A connection from a balancer without a header is closed: its client
 * would have the balancer's address.
 *
 * It runs before every other listener for connections, TLS included: the bytes of TLS come after the header.
 */
export class ProxyEntrance {
  readonly counters: ProxyCounters = { announced: 0, refused: 0 }
  readonly #options: ProxyEntranceOptions
  readonly #waiting = new Set<Socket>()

  constructor(options: ProxyEntranceOptions) {
    this.#options = options
  }

  /** Connections whose header has not come. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Run before the server's listeners for connections. Call it after all of them were added. */
  guard(server: Server): void {
    const listeners = server.listeners('connection') as ((socket: Socket) => void)[]
    server.removeAllListeners('connection')
    server.on('connection', (socket: Socket) => {
      this.#admit(socket, () => {
        for (const listener of listeners) listener.call(server, socket)
      })
    })
  }

  /** Close the connections that wait for their header. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy()
  }

  #admit(socket: Socket, enter: () => void): void {
    const { addresses, balancers, headerMsMax = PROXY_HEADER_MS_MAX } = this.#options
    if (!balancers.has(addresses.peerOf(socket))) return enter()
    if (this.#waiting.size >= PROXY_WAITING_MAX) return this.#refuse(socket)
    this.#waiting.add(socket)
    const timer = setTimeout(() => this.#refuse(socket), headerMsMax)
    let bytes = Buffer.alloc(0)
    const settle = (): void => {
      clearTimeout(timer)
      this.#waiting.delete(socket)
      socket.off('readable', read)
      socket.off('end', end)
      socket.off('close', settle)
    }
    const end = (): void => this.#refuse(socket)
    // Not with `data`: TLS cannot wrap a socket that has flowed.
    const read = (): void => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no encoding is set
      for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null) !== null;)
        bytes = Buffer.concat([bytes, chunk])
      const header = readProxyHeader(bytes)
      if (header === 'incomplete' && bytes.length < PROXY_HEADER_BYTES_MAX) return
      settle()
      if (typeof header === 'string') return this.#refuse(socket)
      if (header.length < bytes.length) socket.unshift(bytes.subarray(header.length))
      const client = header.source === undefined ? undefined : plainAddress(header.source)
      if (client !== undefined) {
        this.counters.announced++
        addresses.announce(socket, client)
      }
      socket.off('error', ignore)
      enter()
    }
    socket.on('error', ignore)
    socket.on('readable', read)
    socket.on('end', end)
    socket.on('close', settle)
  }

  #refuse(socket: Socket): void {
    this.counters.refused++
    socket.destroy()
  }
}

/** `close` follows. */
function ignore(): void {}
