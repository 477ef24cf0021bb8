import type { Socket } from 'node:net'
import { countedAddress, type CountedAddress } from '@uptick/runtime'
import type { ClientAddresses } from '../addresses/client-addresses.ts'
import { Client, type ClientHost, type EndReason, EndReasons } from './client.ts'

/** Bytes of answers and events that all clients of one gateway together may leave untaken. */
export const UNSENT_BYTES_MAX = 64 * 1024 * 1024
/** Bytes of very long answers that may wait, over all clients, until the kernel has taken the bytes before them. */
export const PENDING_BYTES_MAX = 256 * 1024 * 1024
/** When one of the two bounds is passed, connections end until this part of it is left. */
const KEPT_PART = 3 / 4
/** An HTTP client that takes nothing of its answer for this long is considered gone. */
const STUCK_MS_MAX = 30_000
const SWEEP_MS = 100
/** How long a new connection from an address past its limits waits before it is read. */
const PATIENCE_MS = 1_000
/** How many connections of one such address may wait; more are closed unread. */
const PATIENT_MAX = 32

export interface ClientsOptions {
  /** Reports an internal failure. */
  readonly failed: (operation: string, error: unknown) => void
  readonly unsentBytesMax?: number | undefined
  readonly pendingBytesMax?: number
  /** Finds the address of the client that opened a connection; the peer of the socket unless set. */
  readonly addresses?: Pick<ClientAddresses, 'peerOf'>
  /** Whether every request from the address would be refused now. Never true for an address that many clients share. */
  readonly refuses?: (address: string) => boolean
  /** Charge an address for bytes that are not a request. Never charges an address that many clients share. */
  readonly charge?: (address: string) => void
}

/**
 * The connections of all clients, and the bounds on the memory that they may take in this process.
 *
 * `Client.handle` handles what a client sends. It is the one place where an exception ends only the client's
 * connection. An exception anywhere else is a fault of the process and ends the process.
 */
export class Clients implements ClientHost {
  /** Connections that the gateway ended, by the reason. */
  readonly counters: Record<EndReason, number>
  readonly #options: ClientsOptions
  readonly #unsentBytesMax: number
  readonly #clients = new Map<Socket, Client>()
  /** New connections that wait, by address. */
  readonly #waiting = new Map<CountedAddress, number>()
  readonly #timer: NodeJS.Timeout

  constructor(options: ClientsOptions) {
    this.#options = options
    this.#unsentBytesMax = options.unsentBytesMax ?? UNSENT_BYTES_MAX
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all reasons are entered
    this.counters = Object.fromEntries(EndReasons.map((reason) => [reason, 0])) as Record<EndReason, number>
    this.#timer = setInterval(() => this.sweep(performance.now()), SWEEP_MS).unref()
  }

  get open(): number {
    return this.#clients.size
  }

  /** Bytes that were written to connections but that the kernel has not taken yet. */
  get unsentBytes(): number {
    let sum = 0
    for (const client of this.#clients.values()) sum += client.unsentBytes
    return sum
  }

  /** The client of this connection. */
  of(socket: Socket): Client {
    let client = this.#clients.get(socket)
    if (client !== undefined) return client
    client = new Client(socket, this)
    if (socket.destroyed) return client
    this.#clients.set(socket, client)
    // The reader of the connection listens too. While it changes from one reader to the next, an error still needs a
    // listener.
    socket.on('error', () => undefined)
    socket.once('close', () => this.#clients.delete(socket))
    return client
  }

  /** Serve a new connection. One from an address that is past its limits first waits, unread. */
  admit(socket: Socket, serve: (client: Client) => void): void {
    const client = this.of(socket)
    const { address } = client
    if (this.#options.refuses?.(address) !== true) return serve(client)
    const counted = countedAddress(address)
    const waiting = this.#waiting.get(counted) ?? 0
    if (waiting >= PATIENT_MAX) return client.end('past-limit')
    this.#waiting.set(counted, waiting + 1)
    setTimeout(() => {
      const left = (this.#waiting.get(counted) ?? 1) - 1
      if (left === 0) this.#waiting.delete(counted)
      else this.#waiting.set(counted, left)
      if (!socket.destroyed) serve(client)
    }, PATIENCE_MS).unref()
  }

  /** Charge a connection for bytes that are not a request. End it when its address is past its limits. */
  charge(client: Client): void {
    const { charge, refuses } = this.#options
    if (refuses?.(client.address) === true) client.end('past-limit')
    else charge?.(client.address)
  }

  addressOf(socket: Socket): string {
    return this.#options.addresses?.peerOf(socket) ?? socket.remoteAddress ?? ''
  }

  ended(reason: EndReason, error?: unknown): void {
    this.counters[reason]++
    if (reason === 'fault') this.#options.failed('connection', error)
  }

  /** Check every connection: end stuck ones, and past the bounds those with the most untaken bytes. `now` in ms. */
  sweep(now: number): void {
    for (const client of this.#clients.values()) if (client.isStuck(now, STUCK_MS_MAX)) client.end('stuck')
    this.#relieve(this.#unsentBytesMax, (client) => client.unsentBytes)
    this.#relieve(this.#options.pendingBytesMax ?? PENDING_BYTES_MAX, (client) => client.pendingBytes)
  }

  /** When the sum over all clients is above `max`, end the clients with the most bytes. */
  #relieve(max: number, bytesOf: (client: Client) => number): void {
    let sum = 0
    for (const client of this.#clients.values()) sum += bytesOf(client)
    if (sum <= max) return
    for (const client of [...this.#clients.values()].toSorted((a, b) => bytesOf(b) - bytesOf(a))) {
      if (sum <= max * KEPT_PART) return
      sum -= bytesOf(client)
      client.end('unsent')
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
