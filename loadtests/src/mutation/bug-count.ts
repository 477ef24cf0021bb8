import type { Progress } from '@uptick/commandline'

/** Bugs that were tried so far, as progress. */
export class BugCount {
  readonly #progress: Progress
  readonly #whole: number
  #done = 0

  constructor(progress: Progress, whole: number) {
    this.#progress = progress
    this.#whole = whole
  }

  begin(what: string): void {
    this.#progress.part(this.#done / this.#whole, `${this.#done} of ${this.#whole} bugs, now ${what}`)
  }

  end(): void {
    this.#done++
  }

  write(text: string): void {
    this.#progress.write(text, process.stdout)
  }
}
