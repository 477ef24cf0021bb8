interface Held {
  readonly sequence: number
  readonly release: () => void
}

/**
 * The only place that lets anything out of the engine. Whatever goes to a gateway – outcomes, answers of queries, the
 * feed – is handed in together with the sequence of the state that it shows, and leaves when that sequence is durable,
 * in the order in which it was handed in. Shut, the gate lets nothing out any more: what it held is dropped.
 */
export class ReplyGate {
  #durable: number
  #shut = false
  #held: Held[] = []
  #next = 0

  /** @param durable last sequence known to be durable. */
  constructor(durable: number) {
    this.#durable = durable
  }

  /** Last durable sequence. */
  get durable(): number {
    return this.#durable
  }

  get isShut(): boolean {
    return this.#shut
  }

  /** Things that wait. */
  get heldCount(): number {
    return this.#held.length - this.#next
  }

  /** Run `release` once `sequence` is durable: now, later, or, when the gate shuts first, never. */
  hold(sequence: number, release: () => void): void {
    if (this.#shut) return
    if (sequence <= this.#durable) release()
    else this.#held.push({ sequence, release })
  }

  /** The journal holds everything up to `sequence`. */
  advance(sequence: number): void {
    if (this.#shut || sequence <= this.#durable) return
    this.#durable = sequence
    while (this.#next < this.#held.length && this.#held[this.#next]!.sequence <= this.#durable && !this.#shut) {
      this.#held[this.#next++]!.release()
    }
    this.#compact()
  }

  /** Let nothing out any more. */
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
