import type { Socket } from 'node:net'

/** A slice holds no more requests than this has bytes for: some forty of the shortest. */
const SLICE_BYTES = 1024

type Parse = (chunk: Buffer) => void

/**
 * Stands between a socket and Node's HTTP parser and hands on what arrives in small slices, none but bodies while requests wait for
 * their turn. Left alone the parser makes a request of everything in a packet – some two thousand of the shortest – before the
 * first of them is answered.
 */
export class Meter {
  readonly #socket: Socket
  readonly #parse: Parse
  readonly #wantsBytes: () => boolean
  #rest: Buffer | undefined
  #isFeeding = false
  #isReleased = false

  /** @param socket one on which Node's parser, and no one else, listens for data */
  constructor(socket: Socket, wantsBytes: () => boolean) {
    const [parse] = socket.listeners('data') as [Parse]
    this.#socket = socket
    this.#parse = parse
    this.#wantsBytes = wantsBytes
    socket.off('data', parse)
    socket.on('data', this.#onData)
  }

  /** Hand on what may be handed on now. */
  feed(): void {
    if (this.#isFeeding || this.#isReleased) return
    this.#isFeeding = true
    while (this.#rest !== undefined && !this.#isReleased && this.#wantsBytes()) {
      const rest = this.#rest
      this.#rest = rest.length > SLICE_BYTES ? rest.subarray(SLICE_BYTES) : undefined
      this.#parse.call(this.#socket, rest.subarray(0, SLICE_BYTES))
    }
    this.#isFeeding = false
    if (this.#isReleased) this.#giveBack()
    else if (this.#rest !== undefined) this.#socket.pause()
    else if (this.#socket.isPaused() && this.#wantsBytes()) this.#socket.resume()
  }

  /** Another protocol takes the socket over, with everything that was not handed on. */
  release(): void {
    this.#isReleased = true
    this.#socket.off('data', this.#onData)
    this.#giveBack()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.feed()
  }

  #giveBack(): void {
    if (this.#rest !== undefined) this.#socket.unshift(this.#rest)
    this.#rest = undefined
  }
}
