import type { Socket } from 'node:net'

/** A slice holds no more requests than this has bytes for: some forty of the shortest. */
const SLICE_BYTES = 1024

type Parse = (chunk: Buffer) => void

/**
 * Node sets this mark when it pauses the parser because answers are not taken. It then asserts that no bytes arrive.
 */
interface MarkedSocket extends Socket {
  readonly _paused?: boolean
}

/** What a Meter asks of the connection that it serves. */
export interface MeterOptions {
  /** Whether bytes may be handed to the parser now. */
  readonly wantsBytes: () => boolean
  /** Runs the parser, and keeps its exceptions from leaving the connection. */
  readonly guard: (run: () => void) => void
}

/**
 * Stands between a socket and Node's HTTP parser, and hands bytes to the parser in small slices. While requests wait
 * for their turn it hands on only the bytes of a body. Without it the parser turns a whole packet – some two thousand
 * of the shortest requests – into requests before the first of them is answered.
 */
export class Meter {
  readonly #socket: MarkedSocket
  readonly #parse: Parse
  readonly #options: MeterOptions
  #rest: Buffer | undefined
  #isFeeding = false
  #isReleased = false

  /** @param socket one on which Node's parser, and no one else, listens for data */
  constructor(socket: Socket, options: MeterOptions) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node has one listener
    const [parse] = socket.listeners('data') as [Parse]
    this.#socket = socket
    this.#parse = parse
    this.#options = options
    socket.off('data', parse)
    socket.on('data', this.#onData)
    // Node resumes the socket when the answers are taken.
    socket.on('resume', this.#onResume)
  }

  /** Hand on the bytes that may be handed on now. */
  feed(): void {
    if (this.#isFeeding || this.#isReleased) return
    this.#isFeeding = true
    this.#options.guard(() => {
      while (this.#rest !== undefined && this.#mayFeed()) {
        const rest = this.#rest
        this.#rest = rest.length > SLICE_BYTES ? rest.subarray(SLICE_BYTES) : undefined
        this.#parse.call(this.#socket, rest.subarray(0, SLICE_BYTES))
      }
    })
    this.#isFeeding = false
    if (this.#isReleased) this.#giveBack()
    else if (this.#rest !== undefined) this.#socket.pause()
    else if (this.#socket.isPaused() && this.#mayFeed()) this.#socket.resume()
  }

  /** Another protocol takes over the socket and all bytes that were not handed on. */
  release(): void {
    this.#isReleased = true
    this.#socket.off('data', this.#onData)
    this.#socket.off('resume', this.#onResume)
    this.#giveBack()
  }

  #mayFeed(): boolean {
    const { _paused: isHeldByNode = false, destroyed } = this.#socket
    return !this.#isReleased && !isHeldByNode && !destroyed && this.#options.wantsBytes()
  }

  readonly #onResume = (): void => this.feed()

  readonly #onData = (chunk: Buffer): void => {
    this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.feed()
  }

  #giveBack(): void {
    if (this.#rest !== undefined) this.#socket.unshift(this.#rest)
    this.#rest = undefined
  }
}
