/** One line of metrics in the text format of Prometheus. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = '[a-zA-Z_:][\\w:]*'
const LABEL = '\\w+="(?:[^"\\\\]|\\\\.)*"'
/** Behind the value a time and an exemplar may follow. */
const LINE = new RegExp(`^(${NAME})(?:\\{((?:${LABEL},?)*)\\})? (\\S+)(?: .*)?$`)
const LABELS = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** The samples of one process: what its `/metrics` answers. */
export class Samples {
  readonly #samples: readonly Sample[]

  private constructor(samples: readonly Sample[]) {
    this.#samples = samples
  }

  /** Lines that are no samples are left out. */
  static parse(text: string): Samples {
    const samples = text.split('\n').flatMap((line): Sample[] => {
      const match = LINE.exec(line)
      if (!match) return []
      const [, name = '', labels = '', value = ''] = match
      const pairs = [...labels.matchAll(LABELS)].map(([, label = '', content = '']) => [label, content])
      return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
    })
    return new Samples(samples)
  }

  /**
   * Ask a process for some of its metrics: all of them take it a while.
   *
   * @param opsUrl of the port for probes and metrics
   * @throws (rejects with) Error when there is no answer within `boundMs`
   */
  static async ask(opsUrl: string, names: readonly string[], boundMs: number): Promise<Samples> {
    const query = names.map((name) => `name[]=${name}`).join('&')
    const response = await fetch(`${opsUrl}/metrics?${query}`, { signal: AbortSignal.timeout(boundMs) })
    return Samples.parse(await response.text())
  }

  /** Of all names. */
  every(): readonly Sample[] {
    return this.#samples
  }

  all(name: string): readonly Sample[] {
    return this.#samples.filter((sample) => sample.name === name)
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
