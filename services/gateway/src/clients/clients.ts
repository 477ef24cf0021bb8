import type { Socket } from 'node:net'
import { countedAddress, type CountedAddress } from '@uptick/runtime'
import type { ClientAddresses } from '../addresses/client-addresses.ts'
import { Client, type ClientHost, type EndReason, EndReasons } from './client.ts'

/** Bytes of answers and events that the readers of one gateway leave untaken, all of them together. */
export const UNSENT_BYTES_MAX = 64 * 1024 * 1024
/** Bytes of very long answers that wait until those before them are taken, all of them together. */
export const PENDING_BYTES_MAX = 256 * 1024 * 1024
/** When one of them is passed, connections end until so much of it is left. */
const KEPT_PART = 3 / 4
/** An HTTP client that takes nothing of its answer for so long is gone. */
const STUCK_MS_MAX = 30_000
const SWEEP_MS = 100
/** How long a new connection from an address past its limits waits until it is read. */
const PATIENCE_MS = 1_000
/** Connections of one such address that wait; more are closed unread. */
const PATIENT_MAX = 32

export interface ClientsOptions {
  /** A failure that is ours. */
  readonly failed: (operation: string, error: unknown) => void
  readonly unsentBytesMax?: number | undefined
  readonly pendingBytesMax?: number
  /** Who has opened a connection; its peer unless told. */
  readonly addresses?: Pick<ClientAddresses, 'peerOf'>
  /** A request from the address would be refused, whatever it asked for. Never for an address that many clients share. */
  readonly refuses?: (address: string) => boolean
  /** Charge an address for what is no request. As `refuses`. */
  readonly charge?: (address: string) => void
}

/**
 * The connections of all clients, and the bounds of what they may make this process hold.
 *
 * What a client sends is handled by `Client.handle`: the one place that turns its fault into the end of its connection.
 * Exceptions from anywhere else are faults of the process and end that.
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

  /** Bytes that were written to connections and that the system has not taken yet. */
  get unsentBytes(): number {
    let sum = 0
    for (const client of this.#clients.values()) sum += client.unsentBytes
    return sum
  }

  /** The client on this connection. */
  of(socket: Socket): Client {
    let client = this.#clients.get(socket)
    if (client !== undefined) return client
    client = new Client(socket, this)
    if (socket.destroyed) return client
    this.#clients.set(socket, client)
    // The reader of the connection listens, too; between two readers an error must find a listener.
    socket.on('error', () => undefined)
    socket.once('close', () => this.#clients.delete(socket))
    return client
  }

  /** Serve a new connection; one from an address that is past its limits has to wait, unread. */
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

  /** Charge a connection for bytes that are no request; ends it when its address is past its limits. */
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

  /** Look at every connection: those that leave the most untaken end when all of them leave too much. `now` in ms. */
  sweep(now: number): void {
    for (const client of this.#clients.values()) if (client.isStuck(now, STUCK_MS_MAX)) client.end('stuck')
    this.#relieve(this.#unsentBytesMax, (client) => client.unsentBytes)
    this.#relieve(this.#options.pendingBytesMax ?? PENDING_BYTES_MAX, (client) => client.pendingBytes)
  }

  /** While all together leave more than `max`, those end that leave the most. */
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
