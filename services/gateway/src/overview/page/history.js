/** @import { Mark, NowEvent, PastEvent, Span } from '../view.ts' */

const KEPT_MS_MAX = 30 * 60_000

/** The past as this page knows it: from the gateway, and what it has seen itself before it came to this gateway. */
export class History {
  /** Where it begins, ms since 1970. */
  begin = Number.POSITIVE_INFINITY
  /** @type {Span[]} what another gateway has told */
  #olderSpans = []
  /** @type {Mark[]} */
  #olderMarks = []
  /** @type {Map<number, Span>} */
  #spans = new Map()
  /** @type {Map<number, Mark>} */
  #marks = new Map()

  /** @param {PastEvent} past */
  restart({ begin, spans, marks }) {
    this.#olderSpans = this.spans.filter(({ from }) => from < begin).map((span) => until(span, begin))
    this.#olderMarks = this.marks.filter(({ from }) => from < begin).map((mark) => until(mark, begin))
    this.begin = Math.min(this.begin, begin)
    this.#spans = new Map(spans.map((span) => [span.serial, span]))
    this.#marks = new Map(marks.map((mark) => [mark.serial, mark]))
  }

  /** @param {NowEvent} now */
  add({ overview: { at }, spans, marks }) {
    for (const span of spans) this.#spans.set(span.serial, span)
    for (const mark of marks) this.#marks.set(mark.serial, mark)
    const oldest = at - KEPT_MS_MAX
    this.begin = Math.max(this.begin, oldest)
    for (const kept of [this.#spans, this.#marks])
      for (const [serial, { to }] of kept) if (to !== null && to < oldest) kept.delete(serial)
    this.#olderSpans = this.#olderSpans.filter(({ to }) => to !== null && to >= oldest)
    this.#olderMarks = this.#olderMarks.filter(({ to }) => to !== null && to >= oldest)
  }

  get spans() {
    return [...this.#olderSpans, ...this.#spans.values()]
  }

  get marks() {
    return [...this.#olderMarks, ...this.#marks.values()]
  }
}

/**
 * @template {{ to: number | null }} Timed
 * @param {Timed} timed
 * @param {number} end
 */
function until(timed, end) {
  return { ...timed, to: Math.min(timed.to ?? end, end) }
}
