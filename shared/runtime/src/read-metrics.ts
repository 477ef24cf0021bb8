import { Counter, Gauge, type Registry } from 'prom-client'

/** A metric without labels whose value is read at each scrape. While `read` gives undefined it has no series. */
export type ReadMetric = readonly [name: string, help: string, read: () => number | undefined]

/** A metric with one label: one series for each of its values that `read` gives. */
export interface LabelledMetric<Label extends string> {
  readonly name: string
  readonly help: string
  readonly label: Label
  readonly read: () => Readonly<Record<string, number>>
}

/** For metrics that are declared to be listed, and never scraped. */
export function unread(): never {
  throw new Error('this metric is declared only')
}

/** What is larger or smaller from one moment to the next. */
export function readGauges(registry: Registry, metrics: readonly ReadMetric[]): void {
  for (const [name, help, read] of metrics) {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        const value = read()
        if (value === undefined) this.remove()
        else this.set(value)
      },
    })
    registry.registerMetric(gauge)
  }
}

/** What only grows while the process lives, and what another object counts already. */
export function readCounters(registry: Registry, metrics: readonly ReadMetric[]): void {
  for (const [name, help, read] of metrics) {
    const counter = new Counter({
      name,
      help,
      registers: [],
      collect() {
        this.reset()
        this.inc(read() ?? 0)
      },
    })
    registry.registerMetric(counter)
  }
}

/** A counter for each value of a label. */
export function readCountersBy<Label extends string>(registry: Registry, metric: LabelledMetric<Label>): void {
  const { name, help, label, read } = metric
  const counter = new Counter<string>({
    name,
    help,
    labelNames: [label],
    registers: [],
    collect() {
      this.reset()
      for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count)
    },
  })
  registry.registerMetric(counter)
}
