import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { once } from 'node:events'

/** Both halves of one connection through the proxy. */
interface Pair {
  readonly near: Socket
  readonly far: Socket
  held: Buffer[]
  isSilent: boolean
}

/**
 * A TCP proxy in front of a server, to lose connections and answers on purpose. `mode` rules what happens to what
 * clients send:
 * - `pass`: forwarded.
 * - `hold`: kept back, until `release` forwards it – even if its client is gone by then.
 * `loseAnswers` throws away what the server sends.
 */
export class FaultyProxy {
  #target: { host: string; port: number }
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  mode: 'pass' | 'hold' = 'pass'
  loseAnswers = false
  /** Cut each connection after it has sent this many more bytes. */
  cutAfter = Number.POSITIVE_INFINITY

  private constructor(target: URL) {
    this.#target = addressOf(target)
    this.#server = createServer((near) => this.#accept(near))
  }

  static async inFrontOf(url: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(new URL(url))
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

  /** Lead connections that come from now on to another server; those there are stay where they are. */
  redirect(url: string): void {
    this.#target = addressOf(new URL(url))
  }

  /** Close the clients' side of every connection; the server's stays open in mode `hold`. */
  cut(): void {
    for (const { near } of this.#pairs) near.destroy()
  }

  /** From now on the connections there are carry nothing, as when a machine has lost its power; new ones do. */
  silence(): void {
    for (const pair of this.#pairs) pair.isSilent = true
  }

  /** Bytes that are kept back. */
  get heldBytes(): number {
    return [...this.#pairs].flatMap(({ held }) => held).reduce((sum, chunk) => sum + chunk.length, 0)
  }

  /** Forward what was kept back, on the connections that it came by. */
  release(): void {
    this.mode = 'pass'
    for (const pair of this.#pairs) for (const chunk of pair.held.splice(0)) pair.far.write(chunk)
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
    const far = connect(this.#target)
    const pair: Pair = { near, far, held: [], isSilent: false }
    this.#pairs.add(pair)
    near.on('data', (chunk: Buffer) => this.#fromClient(pair, chunk))
    far.on('data', (chunk: Buffer) => {
      if (!this.loseAnswers && !pair.isSilent) near.write(chunk)
    })
    near.on('error', () => undefined)
    far.on('error', () => undefined)
    near.on('close', () => {
      if (this.mode === 'pass' && !pair.isSilent && pair.held.length === 0) far.destroy()
    })
    far.on('close', () => {
      this.#pairs.delete(pair)
      near.destroy()
    })
  }

  #fromClient(pair: Pair, chunk: Buffer): void {
    if (pair.isSilent) return
    if (this.mode === 'hold') {
      pair.held.push(chunk)
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
}

function addressOf({ hostname, port }: URL): { host: string; port: number } {
  return { host: hostname, port: Number(port) }
}
