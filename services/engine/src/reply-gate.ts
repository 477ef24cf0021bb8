interface Held {
  readonly sequence: number
  readonly release: () => void
}

/**
 * The only exit of the engine. Everything for a gateway – outcomes, answers of queries, the feed – is handed in
 * together with the sequence of the state that it shows, and leaves when that sequence is durable, in the order in
 * which it was handed in. While `mayAnswer` is false – another member may hold the lease by now – the gate keeps
 * everything; `resume` releases it. A shut gate releases nothing: what it held is dropped.
 */
export class ReplyGate {
  readonly #mayAnswer: () => boolean
  #durable: number
  #shut = false
  #held: Held[] = []
  #next = 0

  /**
   * @param durable last sequence known to be durable.
   * @param mayAnswer asked each time that something would leave.
   */
  constructor(durable: number, mayAnswer: () => boolean = () => true) {
    this.#durable = durable
    this.#mayAnswer = mayAnswer
  }

  /** Last durable sequence. */
  get durable(): number {
    return this.#durable
  }

  get isShut(): boolean {
    return this.#shut
  }

  /** Number of waiting releases. */
  get heldCount(): number {
    return this.#held.length - this.#next
  }

  /** Run `release` once `sequence` is durable: now, later, or, when the gate shuts first, never. */
  hold(sequence: number, release: () => void): void {
    if (this.#shut) return
    if (sequence <= this.#durable && this.#mayAnswer()) release()
    else this.#held.push({ sequence, release })
  }

  /** The journal holds everything up to `sequence`. */
  advance(sequence: number): void {
    if (this.#shut || sequence <= this.#durable) return
    this.#durable = sequence
    this.resume()
  }

  /** Release what may leave now. */
  resume(): void {
    if (this.#shut || this.#next === this.#held.length || !this.#mayAnswer()) return
    for (let next = this.#held[this.#next]; next && next.sequence <= this.#durable; next = this.#held[this.#next]) {
      this.#next++
      next.release()
    }
    this.#compact()
  }

  /** Release nothing any more. */
  shut(): void {
    this.#shut = true
    this.#held = []
    this.#next = 0
  }

  #compact(): void {
    if (this.#next === this.#held.length) {
      this.#held.length = 0
      this.#next = 0
    } else if (this.#next > 1024) {
      this.#held.splice(0, this.#next)
      this.#next = 0
    }
  }
}
