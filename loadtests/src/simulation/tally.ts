import type { Run } from './simulate.ts'

/** Totals of many runs. */
export class Tally {
  seeds = 0
  commands = 0
  orders = 0
  reads = 0
  resolved = 0
  absent = 0
  inSteps = 0
  handOffs = 0
  losses = 0
  givenUp = 0
  virtualMs = 0
  readonly failed: number[] = []
  readonly #faults = new Map<string, number>()

  add(run: Run): void {
    this.seeds++
    this.commands += run.commands
    this.orders += run.orders
    this.reads += run.reads
    this.resolved += run.resolved
    this.absent += run.absent
    this.inSteps += run.inSteps
    this.handOffs += run.handOffs
    this.losses += run.losses
    this.givenUp += run.givenUp
    this.virtualMs += run.virtualMs
    if (run.violations.length > 0) this.failed.push(run.seed)
    for (const [kind, count] of run.faults) this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count)
  }

  /** @param milliseconds duration of all runs */
  text(milliseconds: number): string {
    const faults = [...this.#faults].toSorted(([, a], [, b]) => b - a)
    const rows: readonly (readonly [string, number])[] = [
      ['seeds', this.seeds],
      ['journaled commands', this.commands],
      ['orders', this.orders],
      ['questions', this.reads],
      ['orders of unknown outcome, resolved', this.resolved],
      ['orders of unknown outcome, found absent', this.absent],
      ['replies in several steps', this.inSteps],
      ['changes of leader by hand-off', this.handOffs],
      ['ends of the journal lost', this.losses],
      ['of them given up by an operator', this.givenUp],
      ['simulated seconds', Math.round(this.virtualMs / 1000)],
      ['faults', faults.reduce((sum, [, count]) => sum + count, 0)],
      ...faults.map(([kind, count]) => [`  ${kind}`, count] as const),
    ]
    const width = Math.max(...rows.map(([name]) => name.length))
    const table = rows.map(([name, count]) => `${name.padEnd(width)} ${count.toLocaleString('en').padStart(10)}`)
    const rate = (this.seeds / (milliseconds / 1000)).toFixed(1)
    const end = this.failed.length === 0 ? 'all green' : `${this.failed.length} failed: ${this.failed.join(', ')}`
    return `${[...table, '', `${end}, ${rate} seeds a second`].join('\n')}\n`
  }
}
