import { durationText, estimateText } from '@uptick/commandline'

/** Usual duration of a start on two cores, s: with a new database, and without. */
const FIRST_SECONDS = 15
const LATER_SECONDS = 8
const LINE_EVERY_MS = 10_000

/** Tells a waiting user how long the start takes, and reports every ten seconds that it continues. */
export class Wait {
  readonly #note: (text: string) => void
  readonly #began = performance.now()
  #what = ''
  #said = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(note: (text: string) => void) {
    this.#note = note
  }

  /** @param isFirst there is no database yet */
  begin(isFirst: boolean): void {
    const usual = estimateText(isFirst ? FIRST_SECONDS : LATER_SECONDS)
    this.#note(isFirst ? `the first start makes a database: ${usual}` : `starting: ${usual}`)
    this.#timer = setInterval(() => this.#look(), LINE_EVERY_MS / 4).unref()
  }

  /** A step begins. After `end` it is a step of another kind, and is only printed. */
  step(what: string): void {
    this.#what = what
    this.#said = performance.now()
    this.#note(what)
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    if (now - this.#said < LINE_EVERY_MS) return
    this.#said = now
    this.#note(
      `still ${this.#what === '' ? 'at the beginning' : this.#what}, ${durationText((now - this.#began) / 1_000)} so far`,
    )
  }
}
