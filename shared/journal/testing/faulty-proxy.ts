import { connect, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { startupName } from './startup-name.ts'

/** Selects connections by the `application_name` that they gave PostgreSQL; '' where they gave none. */
export type Chosen = (name: string) => boolean

/** Both halves of one connection through the proxy. */
interface Pair {
  readonly near: Socket
  readonly far: Socket
  /** Undefined until the client has sent something. */
  name: string | undefined
  /** Kept back on the way to the server, and on the way to the client. */
  readonly toServer: Buffer[]
  readonly toClient: Buffer[]
  isSilent: boolean
  isSuspended: boolean
}

const all: Chosen = () => true

/**
 * A TCP proxy in front of a server, to lose connections and answers on purpose. It tells connections to PostgreSQL apart by
 * their names, so that one kind of them can fail alone. What it can do to the connections that there are:
 * - `cut`: they end. `silence`: they carry nothing any more, as when a machine has lost its power.
 * - `suspend`: neither side hears the other and neither end is closed, as when a firewall forgets them, until `resume`
 *   delivers what was sent meanwhile, also what came by connections that have ended since.
 *
 * To those that there are and those that come:
 * - `mode` `hold`: what clients send is kept back, until `release` forwards it – even if its client is gone by then.
 * - `stall`: as `suspend`, in a network that is cut.
 * - `redirect`: those that come lead to another server. `loseAnswers`: what the server sends is thrown away.
 */
export class FaultyProxy {
  #target: () => { host: string; port: number }
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #stalled: Chosen | undefined
  mode: 'pass' | 'hold' = 'pass'
  loseAnswers = false
  /** Cut each connection after it has sent this many more bytes. */
  cutAfter = Number.POSITIVE_INFINITY

  private constructor(target: () => string) {
    this.#target = () => addressOf(target())
    this.#server = createServer((near) => this.#accept(near))
  }

  /** @param url of the server; a function is asked for each connection, of a server that is yet to be started */
  static async inFrontOf(url: string | (() => string)): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(typeof url === 'string' ? () => url : url)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** `url` with the proxy's address. */
  url(url: string): string {
    const address = this.#server.address()
    const parsed = new URL(url)
    parsed.hostname = '127.0.0.1'
    if (address !== null && typeof address === 'object') parsed.port = String(address.port)
    return parsed.href
  }

  /** Lead new connections to another server; existing ones stay. */
  redirect(url: string): void {
    this.#target = () => addressOf(url)
  }

  /** Close the clients' side of connections; the server's stays open in mode `hold`. */
  cut(chosen = all): void {
    for (const pair of this.#pairs) if (chosen(pair.name ?? '')) pair.near.destroy()
  }

  /** From now on existing connections carry nothing, as when a machine has lost its power; new ones do. */
  silence(chosen = all): void {
    for (const pair of this.#pairs) if (chosen(pair.name ?? '')) pair.isSilent = true
  }

  /** From now on neither side of existing connections hears the other; new ones are not affected. */
  suspend(chosen = all): void {
    for (const pair of this.#pairs) if (chosen(pair.name ?? '')) pair.isSuspended = true
  }

  /** From now on neither side of any connection hears the other, existing or new. One call is in force at a time. */
  stall(chosen = all): void {
    this.#stalled = chosen
  }

  /**
   * Ends `suspend` and `stall`: what was sent meanwhile arrives, at the server also from connections that have ended.
   */
  resume(): void {
    this.#stalled = undefined
    for (const pair of this.#pairs) {
      pair.isSuspended = false
      if (this.mode === 'pass') this.#deliver(pair)
      if (pair.near.destroyed) this.#hangUp(pair)
    }
  }

  /** Bytes of clients that are kept back. */
  get heldBytes(): number {
    return [...this.#pairs].flatMap(({ toServer }) => toServer).reduce((sum, chunk) => sum + chunk.length, 0)
  }

  /** Forward the bytes that were kept back, on their own connections. */
  release(): void {
    this.mode = 'pass'
    for (const pair of this.#pairs) if (!this.#isStalled(pair)) this.#deliver(pair)
  }

  async close(): Promise<void> {
    for (const { near, far } of this.#pairs) {
      near.destroy()
      far.destroy()
    }
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(near: Socket): void {
    const far = connect(this.#target())
    const pair: Pair = { near, far, name: undefined, toServer: [], toClient: [], isSilent: false, isSuspended: false }
    this.#pairs.add(pair)
    near.on('data', (chunk: Buffer) => this.#fromClient(pair, chunk))
    far.on('data', (chunk: Buffer) => this.#fromServer(pair, chunk))
    near.on('error', () => undefined)
    far.on('error', () => undefined)
    near.on('close', () => {
      if (this.mode === 'pass' && !this.#isStalled(pair) && pair.toServer.length === 0) this.#hangUp(pair)
    })
    far.on('close', () => {
      // A client does not hear either that the server has gone.
      if (this.#isStalled(pair) && !near.destroyed) return
      this.#pairs.delete(pair)
      near.destroy()
    })
  }

  #fromClient(pair: Pair, chunk: Buffer): void {
    pair.name ??= startupName(chunk)
    if (pair.isSilent) return
    if (this.mode === 'hold' || this.#isStalled(pair)) {
      pair.toServer.push(chunk)
      return
    }
    const forwarded = chunk.subarray(0, Math.min(chunk.length, this.cutAfter))
    this.cutAfter -= forwarded.length
    pair.far.write(forwarded)
    if (forwarded.length === chunk.length) return
    this.cutAfter = Number.POSITIVE_INFINITY
    pair.near.destroy()
    pair.far.end()
  }

  #fromServer(pair: Pair, chunk: Buffer): void {
    if (this.loseAnswers || pair.isSilent) return
    if (this.#isStalled(pair)) pair.toClient.push(chunk)
    else pair.near.write(chunk)
  }

  #isStalled({ name, isSuspended }: Pair): boolean {
    return isSuspended || this.#stalled?.(name ?? '') === true
  }

  #deliver({ near, far, toServer, toClient }: Pair): void {
    for (const chunk of toServer.splice(0)) far.write(chunk)
    for (const chunk of toClient.splice(0)) near.write(chunk)
    if (far.destroyed) near.destroy()
  }

  /** The client is gone: close the connection to the server when earlier bytes have left. */
  #hangUp({ far, isSilent }: Pair): void {
    if (!isSilent) far.end(() => far.destroy())
  }
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}
