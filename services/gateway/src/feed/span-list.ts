import type { OutcomeSpan } from './outcome-span.ts'

/** Spans that follow each other without a gap. The newest are added, the oldest dropped. */
export class SpanList {
  #spans: OutcomeSpan[] = []
  /** Index of the oldest that is kept; the places before it are cut off now and then. */
  #head = 0
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  get oldest(): OutcomeSpan | undefined {
    return this.#spans[this.#head]
  }

  get length(): number {
    return this.#spans.length - this.#head
  }

  add(span: OutcomeSpan): void {
    this.#spans.push(span)
    this.#bytes += bytesOf(span)
  }

  dropOldest(): void {
    const { oldest } = this
    if (!oldest) return
    this.#bytes -= bytesOf(oldest)
    this.#head++
    if (this.#head < 1024 || this.#head * 2 < this.#spans.length) return
    this.#spans = this.#spans.slice(this.#head)
    this.#head = 0
  }

  clear(): void {
    this.#spans = []
    this.#head = 0
    this.#bytes = 0
  }

  /** The span that holds `sequence`. */
  find(sequence: number): OutcomeSpan | undefined {
    let low = this.#head
    let high = this.#spans.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#spans[middle]?.first ?? Infinity) <= sequence) low = middle
      else high = middle - 1
    }
    const span = low <= high ? this.#spans[low] : undefined
    return span && span.first <= sequence && sequence <= span.last ? span : undefined
  }
}

function bytesOf({ from, to }: OutcomeSpan): number {
  return (to - from) * Int32Array.BYTES_PER_ELEMENT
}
