import type { Server, Socket } from 'node:net'
import { type AddressRanges, plainAddress } from '@uptick/runtime'
import type { ClientAddresses } from '../addresses/client-addresses.ts'
import { PROXY_HEADER_BYTES_MAX, readProxyHeader } from './proxy-header.ts'

/** How long a header may take; a balancer sends it with the first packet. */
export const PROXY_HEADER_MS_MAX = 3_000
/** Connections whose header has not come; past it new ones are closed. */
export const PROXY_WAITING_MAX = 4_096

export interface ProxyEntranceOptions {
  /** Whose connections begin with a header. */
  readonly balancers: AddressRanges
  /** Learns whom a balancer announces. */
  readonly addresses: ClientAddresses
  readonly headerMsMax?: number
}

/** Counts for metrics. */
export interface ProxyCounters {
  /** Headers that announced a client. */
  announced: number
  /** Connections that were closed because their header was missing, wrong, late, or one too many. */
  refused: number
}

/**
 * Before a server sees a connection from a balancer, the header of the PROXY protocol is read from it, and the client's
 * address is made known. All other connections pass at once. A connection from a balancer without a header is closed: its
 * client would have the balancer's address.
 *
 * It stands before everything that listens for connections, TLS included, whose bytes come behind the header.
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

  /** Stand before the listeners that the server has for connections: call it when all of them are there. */
  guard(server: Server): void {
    const listeners = server.listeners('connection') as ((socket: Socket) => void)[]
    server.removeAllListeners('connection')
    server.on('connection', (socket: Socket) => {
      this.#admit(socket, () => {
        for (const listener of listeners) listener.call(server, socket)
      })
    })
  }

  /** Close what waits. */
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
    // Not by `data`: a socket that has flowed cannot be wrapped by TLS as if it were new.
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
