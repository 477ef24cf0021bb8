import type { Logger } from './logging.ts'

interface Step {
  readonly name: string
  readonly boundMs: number
  readonly run: () => void | Promise<void>
}

/** How one step of a shutdown went. */
export interface StepReport {
  readonly name: string
  readonly milliseconds: number
  readonly outcome: 'done' | 'failed' | 'cut'
}

/** Steps to undo what start did, run once in reverse order; each is cut off at its own bound and never stops the next. */
export class Shutdown {
  readonly #log: Logger
  readonly #steps: Step[] = []
  #running: Promise<readonly StepReport[]> | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  /** Register what undoes the thing that was just started. */
  add(name: string, boundMs: number, run: () => void | Promise<void>): void {
    this.#steps.push({ name, boundMs, run })
  }

  /** The longest that `run` can take, ms. */
  get boundMs(): number {
    return this.#steps.reduce((sum, step) => sum + step.boundMs, 0)
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Run every step, last registered first. Called again, it returns the same report. */
  run(): Promise<readonly StepReport[]> {
    this.#running ??= this.#runAll()
    return this.#running
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
    let timer: NodeJS.Timeout | undefined
    let outcome: StepReport['outcome'] = 'done'
    try {
      const bound = new Promise<'cut'>((resolve) => {
        timer = setTimeout(resolve, step.boundMs, 'cut')
      })
      if ((await Promise.race([Promise.resolve(step.run()), bound])) === 'cut') outcome = 'cut'
    } catch (error) {
      outcome = 'failed'
      this.#log.error({ err: error }, `shutdown step ${step.name} failed`)
    } finally {
      clearTimeout(timer)
    }
    return { name: step.name, milliseconds: Math.round(performance.now() - begin), outcome }
  }
}
