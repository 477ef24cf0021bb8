import { stateOf, type ExchangeWatch } from './exchange-watch.ts'
import { componentOf, progressOf, revisionOf, type Pod } from './objects.ts'
import type { Pulse } from './pod-metrics.ts'

const SHOWN = ['recorder', 'engine', 'gateway']

/**
 * The roll for a person: on a terminal a picture that is drawn anew, else a line for each thing that has changed.
 */
export class View {
  readonly #watch: ExchangeWatch
  readonly #out: NodeJS.WriteStream
  readonly #began = performance.now()
  readonly #said = new Map<string, string>()
  #drawn = 0

  constructor(watch: ExchangeWatch, out: NodeJS.WriteStream) {
    this.#watch = watch
    this.#out = out
  }

  /** Something has happened: it stays on the screen. */
  say(text: string): void {
    this.#clear()
    this.#out.write(`${this.#seconds()}  ${text}\n`)
  }

  /** Show how things are. */
  show(pulse: Pulse): void {
    const lines = [...this.#parts(), ...this.#pods(pulse), traffic(pulse)]
    if (this.#out.isTTY) {
      this.#clear()
      this.#out.write(lines.map(([, text]) => `${text}\n`).join(''))
      this.#drawn = lines.length
      return
    }
    for (const [key, text] of lines) {
      if (key === 'traffic' || this.#said.get(key) === text) continue
      this.#said.set(key, text)
      this.#out.write(`${this.#seconds()}  ${text}\n`)
    }
  }

  #parts(): [key: string, text: string][] {
    return this.#watch.workloads.map((workload) => {
      const { wanted, updated, available, isComplete } = progressOf(workload)
      const { name } = workload.metadata
      const counts = `${available} of ${wanted} available, ${Math.min(updated, wanted)} new`
      return [name, `${name.padEnd(9)} ${isComplete ? `complete, ${available} available` : counts}`]
    })
  }

  #pods({ leader }: Pulse): [key: string, text: string][] {
    return this.#watch.pods
      .filter((pod) => SHOWN.includes(componentOf(pod)))
      .toSorted((a, b) => SHOWN.indexOf(componentOf(a)) - SHOWN.indexOf(componentOf(b)) || order(a, b))
      .map((pod) => {
        const { name, uid } = pod.metadata
        const leads = name === leader ? ', leads' : ''
        const tag = pod.spec.containers[0]?.image.replace(/^.*:/, '') ?? ''
        const where = `${pod.spec.nodeName ?? '?'}, ${tag}, ${revisionOf(pod).slice(-5)}`
        return [uid, `  ${name.padEnd(26)} ${stateOf(pod)}${leads} (${where})`]
      })
  }

  #clear(): void {
    if (this.#drawn > 0) this.#out.write(`\x1b[${this.#drawn}A\x1b[J`)
    this.#drawn = 0
  }

  #seconds(): string {
    return `${((performance.now() - this.#began) / 1000).toFixed(1).padStart(6)} s`
  }
}

function order(a: Pod, b: Pod): number {
  return a.metadata.name < b.metadata.name ? -1 : 1
}

function traffic({ requests, errors }: Pulse): [key: string, text: string] {
  return ['traffic', `traffic   ${requests} requests, ${errors} answered with 5xx`]
}
