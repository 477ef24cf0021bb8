import type { Logger } from './logging.ts'

interface Step {
  readonly name: string
  readonly boundMs: number
  readonly run: (hurry: AbortSignal) => void | Promise<void>
}

/** Once told to hurry, all that is left takes no longer than this. */
const HURRY_MS_MAX = 850

/** How one step of a shutdown went. */
export interface StepReport {
  readonly name: string
  readonly milliseconds: number
  readonly outcome: 'done' | 'failed' | 'cut'
}

/**
 * Steps to undo what start did, run once in reverse order; each is cut off at its own bound and never stops the next.
 * After `hurry` each gets at most half of the time that is left, so that a stuck one leaves some to those behind it.
 */
export class Shutdown {
  readonly #log: Logger
  readonly #steps: Step[] = []
  readonly #hurry = new AbortController()
  #hurryEnd = Infinity
  #running: Promise<readonly StepReport[]> | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  /** Register what undoes the thing that was just started; it is told when to stop waiting for others. */
  add(name: string, boundMs: number, run: (hurry: AbortSignal) => void | Promise<void>): void {
    this.#steps.push({ name, boundMs, run })
  }

  /** The longest that `run` can take, ms. */
  get boundMs(): number {
    return this.#steps.reduce((sum, step) => sum + step.boundMs, 0)
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  get hurried(): boolean {
    return this.#hurry.signal.aborted
  }

  /** Run every step, last registered first. Called again, it returns the same report. */
  run(): Promise<readonly StepReport[]> {
    this.#running ??= this.#runAll()
    return this.#running
  }

  /** Be done within a second: still every step in its order, but no client is waited for. */
  hurry(): void {
    if (this.#hurry.signal.aborted) return
    this.#hurryEnd = performance.now() + HURRY_MS_MAX
    this.#hurry.abort()
  }

  async #runAll(): Promise<readonly StepReport[]> {
    const reports: StepReport[] = []
    for (const step of this.#steps.toReversed()) {
      const report = await this.#runOne(step)
      reports.push(report)
      this.#log[report.outcome === 'done' ? 'info' : 'warn'](
        { step: report },
        `shutdown step ${step.name} ${report.outcome}`,
      )
    }
    return reports
  }

  async #runOne(step: Step): Promise<StepReport> {
    const begin = performance.now()
    const cutOff = this.#cutOff(step)
    let outcome: StepReport['outcome'] = 'done'
    try {
      if ((await Promise.race([Promise.resolve(step.run(this.#hurry.signal)), cutOff.reached])) === 'cut')
        outcome = 'cut'
    } catch (error) {
      outcome = 'failed'
      this.#log.error({ err: error }, `shutdown step ${step.name} failed`)
    } finally {
      cutOff.cancel()
    }
    return { name: step.name, milliseconds: Math.round(performance.now() - begin), outcome }
  }

  /** The end of a step's time, which comes nearer when there is a hurry. */
  #cutOff(step: Step): { reached: Promise<'cut'>; cancel: () => void } {
    const { signal } = this.#hurry
    const { promise, resolve } = Promise.withResolvers<'cut'>()
    const left = (): number => Math.max(0, Math.min(step.boundMs, (this.#hurryEnd - performance.now()) / 2))
    let timer = setTimeout(resolve, left(), 'cut')
    const sooner = (): void => {
      clearTimeout(timer)
      timer = setTimeout(resolve, left(), 'cut')
    }
    signal.addEventListener('abort', sooner)
    return {
      reached: promise,
      cancel: () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', sooner)
      },
    }
  }
}
