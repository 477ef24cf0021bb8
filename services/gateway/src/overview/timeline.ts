import type { Mark, Past, ProcessView, Span } from './view.ts'

/** How far back a timeline goes, ms. */
export const PAST_MS_MAX = 30 * 60_000
/** Spans and marks past these go, the oldest first. */
export const SPANS_MAX = 1_000
export const MARKS_MAX = 500
/** A process that was not seen for this long is gone; a change of leader takes less. */
export const ABSENT_MS = 2_500

interface Kept {
  view: ProcessView
  span: Span
}

/**
 * The recent past of a shard, in memory: which process was in which state under which release, and what happened. It is
 * told what was seen, and of what it cannot know, because the leader that knows it is away.
 */
export class Timeline {
  readonly #begin: number
  readonly #kept = new Map<string, Kept>()
  readonly #open = new Map<string, Mark>()
  #spans: Span[] = []
  #marks: Mark[] = []
  readonly #changedSpans = new Set<Span>()
  readonly #changedMarks = new Set<Mark>()
  #serial = 0
  #cut: number

  constructor(begin: number) {
    this.#begin = this.#cut = begin
  }

  /** The processes that are there, or were when it could be known last. */
  get processes(): ProcessView[] {
    return [...this.#kept.values()].map(({ view }) => view)
  }

  get past(): Past {
    return { begin: Math.max(this.#begin, this.#cut), spans: [...this.#spans], marks: [...this.#marks] }
  }

  /**
   * These processes were seen. One that was not is gone after a while.
   *
   * @param at ms since 1970
   * @param isUnknown says of a process that was not seen whether that means nothing
   */
  saw(at: number, processes: readonly ProcessView[], isUnknown: (view: ProcessView) => boolean): void {
    for (const view of processes) this.#see(at, view)
    for (const [id, { view, span }] of this.#kept) {
      if (isUnknown(view) || at - view.seenAt <= ABSENT_MS) continue
      this.#close(span, view.seenAt)
      this.#kept.delete(id)
    }
    this.#forget(at - PAST_MS_MAX)
  }

  /** Something began that ends with `ended`; nothing when it has begun already. */
  began(kind: Mark['kind'], at: number, text: string): void {
    if (!this.#open.has(kind)) this.#open.set(kind, this.#mark(kind, at, null, text))
  }

  ended(kind: Mark['kind'], at: number, text: string): void {
    const mark = this.#open.get(kind)
    if (!mark) return
    Object.assign(mark, { to: at, text })
    this.#open.delete(kind)
    this.#changedMarks.add(mark)
  }

  happened(kind: Mark['kind'], from: number, to: number, text: string): void {
    this.#mark(kind, from, to, text)
  }

  /** Since when something goes on that has not ended. */
  since(kind: Mark['kind']): number | undefined {
    return this.#open.get(kind)?.from
  }

  /** What has changed since the call before. */
  takeChanges(): { readonly spans: Span[]; readonly marks: Mark[] } {
    const changes = { spans: [...this.#changedSpans], marks: [...this.#changedMarks] }
    this.#changedSpans.clear()
    this.#changedMarks.clear()
    return changes
  }

  #see(at: number, view: ProcessView): void {
    const kept = this.#kept.get(view.id)
    const { state, release, name, kind } = view
    if (kept?.span.state === state && kept.span.release === release) {
      kept.view = view
      return
    }
    if (kept) this.#close(kept.span, at)
    else this.#replace(view)
    const span: Span = { serial: ++this.#serial, process: view.id, name, kind, state, release, from: at, to: null }
    this.#spans.push(span)
    this.#changedSpans.add(span)
    this.#kept.set(view.id, { view, span })
  }

  /** An address has one process: the one that was there is gone. */
  #replace({ url }: ProcessView): void {
    if (url === undefined) return
    for (const [id, { view, span }] of this.#kept) {
      if (view.url !== url) continue
      this.#close(span, view.seenAt)
      this.#kept.delete(id)
    }
  }

  #close(span: Span, at: number): void {
    span.to = at
    this.#changedSpans.add(span)
  }

  #mark(kind: Mark['kind'], from: number, to: number | null, text: string): Mark {
    const mark: Mark = { serial: ++this.#serial, kind, from, to, text }
    this.#marks.push(mark)
    if (this.#marks.length > MARKS_MAX) this.#marks.shift()
    this.#changedMarks.add(mark)
    return mark
  }

  #forget(before: number): void {
    const isOld = ({ to }: Span | Mark): boolean => to !== null && to < before
    if (this.#spans.some(isOld)) this.#spans = this.#spans.filter((span) => !isOld(span))
    if (this.#marks.some(isOld)) this.#marks = this.#marks.filter((mark) => !isOld(mark))
    this.#cut = Math.max(this.#cut, before)
    while (this.#spans.length > SPANS_MAX) this.#cut = Math.max(this.#cut, this.#spans.shift()?.to ?? 0)
  }
}
