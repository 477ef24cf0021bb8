/** One line of metrics in the text format of Prometheus. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** The samples of one process, by name. */
export class Samples {
  readonly #samples: readonly Sample[]

  private constructor(samples: readonly Sample[]) {
    this.#samples = samples
  }

  static parse(text: string): Samples {
    const samples = text.split('\n').flatMap((line): Sample[] => {
      const match = LINE.exec(line)
      if (!match) return []
      const [, name = '', labels = '', value = ''] = match
      const pairs = [...labels.matchAll(LABEL)].map(([, label = '', content = '']) => [label, content])
      return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
    })
    return new Samples(samples)
  }

  /** Undefined when there is none of that name. */
  value(name: string): number | undefined {
    return this.#samples.find((sample) => sample.name === name)?.value
  }

  /** The label of the sample that is 1: gauges represent a state so. */
  state(name: string, label: string): string | undefined {
    return this.#samples.find((sample) => sample.name === name && sample.value === 1)?.labels[label]
  }
}
