import type { ServerResponse } from 'node:http'

interface Waiting {
  readonly response: ServerResponse
  readonly run: () => void
}

/**
 * A queue of the requests that Node has read from one connection, carried out one after the other. The next request
 * starts in a new turn of the event loop, after the kernel has taken the answer to the one before.
 */
export class RequestLine {
  readonly #answered: (status: number) => void
  readonly #freed: () => void
  readonly #waiting: Waiting[] = []
  #newest: ServerResponse | undefined
  #isBusy = false
  #isClosed = false

  /**
   * @param answered is called with the status of each answer that the kernel has taken
   * @param freed is called when the last waiting request was answered
   */
  constructor(answered: (status: number) => void, freed: () => void) {
    this.#answered = answered
    this.#freed = freed
  }

  /** No request is being carried out, and none waits. */
  get isFree(): boolean {
    return !this.#isBusy && this.#waiting.length === 0 && !this.#isClosed
  }

  /** More bytes may be read: no request waits, or the bytes are the body of the newest request. */
  get wantsBytes(): boolean {
    return this.isFree || (!this.#isClosed && this.#newest?.req.complete === false)
  }

  join(response: ServerResponse, run: () => void): void {
    if (this.#isClosed) return
    this.#newest = response
    this.#waiting.push({ response, run })
    if (!this.#isBusy) this.#next()
  }

  /** Carry out nothing more. */
  close(): void {
    this.#isClosed = true
    this.#waiting.length = 0
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next === undefined) return
    const { response, run } = next
    this.#isBusy = true
    response.once('close', () => {
      this.#answered(response.statusCode)
      setImmediate(() => {
        this.#isBusy = false
        this.#next()
        if (this.isFree) {
          this.#newest = undefined
          this.#freed()
        }
      })
    })
    run()
  }
}
