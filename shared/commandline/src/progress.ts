import { durationText, estimateText } from './durations.ts'
import { printable } from './printable.ts'

/** Without a terminal a line appears when nothing was written for so long; on one the last line is rewritten, ms. */
const LINE_EVERY_MS = 10_000
const REWRITE_EVERY_MS = 1_000
/** A part that is smaller says too little about the whole. */
const PART_MIN = 0.02
const BAR_CELLS = 24
/** Carriage return; erase to the end of the line. */
const ERASE = '\r\u001B[K'

export interface ProgressOptions {
  /** Standard error unless told. */
  readonly stream?: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>
  /** ms. */
  readonly now?: () => number
}

/**
 * Tells a person who waits how far a command is, and how long it may still take: on a terminal in a line that is rewritten
 * each second, elsewhere in a line every ten seconds. One that never lets go of the processor calls `part` often enough.
 */
export class Progress {
  readonly #stream: NonNullable<ProgressOptions['stream']>
  readonly #now: () => number
  readonly #began: number
  readonly #timer: NodeJS.Timeout
  #what = ''
  #part: number | undefined
  /** When it is expected to be over; undefined: that is unknown. */
  #end: number | undefined
  #written: number
  #isShown = false

  constructor({ stream = process.stderr, now = () => performance.now() }: ProgressOptions = {}) {
    this.#stream = stream
    this.#now = now
    this.#began = now()
    this.#written = this.#began
    this.#timer = setInterval(() => this.#look(), REWRITE_EVERY_MS).unref()
  }

  /**
   * Another step begins; that is a line of its own.
   *
   * @param left what it and all that follow usually take, seconds; undefined: unknown
   */
  step(what: string, left?: number): void {
    this.#what = what
    this.#part = undefined
    this.#end = left === undefined ? undefined : this.#now() + left * 1_000
    this.say(`${what}${left === undefined ? '' : ` (${estimateText(left)} left)`}`)
  }

  /** So much is done; what is left is estimated from what that took. @param part 0 … 1 @param what for example `3 of 10 seeds` */
  part(part: number, what: string): void {
    const now = this.#now()
    this.#part = part
    this.#what = what
    this.#end = part < PART_MIN ? undefined : this.#began + (now - this.#began) / part
    this.#look()
  }

  /** A line of the caller's, with the time of day. */
  say(line: string): void {
    this.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`)
  }

  /** Text for this or another stream, above the line that is rewritten. @param text whole lines */
  write(text: string, stream: Pick<NodeJS.WriteStream, 'write'> = this.#stream): void {
    this.#hide()
    stream.write(text)
    this.#written = this.#now()
  }

  end(): void {
    clearInterval(this.#timer)
    this.#hide()
  }

  #look(): void {
    if (this.#what === '') return
    const now = this.#now()
    const isTerminal = this.#stream.isTTY
    if (now - this.#written < (isTerminal ? REWRITE_EVERY_MS : LINE_EVERY_MS)) return
    if (!isTerminal) return this.say(this.#line(now))
    this.#stream.write(
      `${ERASE}  ${this.#bar()}${this.#line(now)}`.slice(0, (this.#stream.columns ?? 80) + ERASE.length),
    )
    this.#isShown = true
    this.#written = now
  }

  #line(now: number): string {
    const percent = this.#part === undefined ? '' : `, ${Math.floor(this.#part * 100)} %`
    const left =
      this.#end === undefined
        ? ''
        : `, ${now < this.#end ? `${estimateText((this.#end - now) / 1_000)} left` : 'longer than usual'}`
    return `${printable(this.#what)}${percent}: ${durationText((now - this.#began) / 1_000)} so far${left}`
  }

  #bar(): string {
    if (this.#part === undefined) return ''
    const full = Math.floor(Math.min(1, this.#part) * BAR_CELLS)
    return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}  `
  }

  #hide(): void {
    if (this.#isShown) this.#stream.write(ERASE)
    this.#isShown = false
  }
}
