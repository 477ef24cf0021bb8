import { durationText, estimateText } from '@uptick/commandline'
import { stateOf, type ExchangeWatch } from './exchange-watch.ts'
import { componentOf, progressOf, revisionOf, type Pod } from './objects.ts'
import type { Pulse } from './pod-metrics.ts'
import { isOfPart, PART_NAMES } from './workloads.ts'

/** Without a terminal a line appears when nothing has happened for so long, ms. */
const LINE_EVERY_MS = 10_000
/** What one part usually takes, until some were rolled, s. */
const PART_SECONDS = 40

/**
 * The roll for a person: on a terminal a picture that is drawn anew, else a line for each thing that has changed.
 */
export class View {
  readonly #watch: Pick<ExchangeWatch, 'workloads' | 'pods'>
  readonly #out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>
  readonly #now: () => number
  readonly #began: number
  readonly #said = new Map<string, string>()
  #written: number
  #parts = 0
  #rolled = 0
  #rollsSince = 0
  #rolledAt = 0
  #drawn = 0

  /** @param now ms */
  constructor(
    watch: Pick<ExchangeWatch, 'workloads' | 'pods'>,
    out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
    now: () => number = () => performance.now(),
  ) {
    this.#watch = watch
    this.#out = out
    this.#now = now
    this.#began = now()
    this.#written = this.#began
  }

  /** So many parts are to be replaced, one after the other: for an estimate. */
  expect(parts: number): void {
    this.#parts = parts
    this.#rollsSince = this.#now()
  }

  /** One of them is as it should be. */
  rolled(): void {
    this.#rolled++
    this.#rolledAt = this.#now()
  }

  /** Nothing new: on a terminal that shows anyway, else it is said every ten seconds. */
  waits(what: string): void {
    if (!this.#out.isTTY && this.#now() - this.#written >= LINE_EVERY_MS) this.say(`${what}${this.#left()}`)
  }

  /** Something has happened: it stays on the screen. */
  say(text: string): void {
    this.#clear()
    this.#write(text)
  }

  /** Show how things are. */
  show(pulse: Pulse): void {
    const lines = [...this.#workloads(), ...this.#pods(pulse), traffic(pulse)]
    if (this.#out.isTTY) {
      this.#clear()
      lines.push(['left', this.#left().replace(/^, /, '          ')])
      this.#out.write(lines.map(([, text]) => `${text}\n`).join(''))
      this.#drawn = lines.length
      return
    }
    for (const [key, text] of lines) {
      if (key === 'traffic' || this.#said.get(key) === text) continue
      this.#said.set(key, text)
      this.#write(text)
    }
    this.waits('it goes on')
  }

  #workloads(): [key: string, text: string][] {
    return this.#watch.workloads.map((workload) => {
      const { wanted, updated, available, isComplete } = progressOf(workload)
      const { name } = workload.metadata
      const counts = `${available} of ${wanted} available, ${Math.min(updated, wanted)} new`
      return [name, `${name.padEnd(9)} ${isComplete ? `complete, ${available} available` : counts}`]
    })
  }

  #pods({ leader }: Pulse): [key: string, text: string][] {
    return this.#watch.pods
      .filter((pod) => isOfPart(pod))
      .toSorted((a, b) => PART_NAMES.indexOf(componentOf(a)) - PART_NAMES.indexOf(componentOf(b)) || order(a, b))
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

  #write(text: string): void {
    this.#out.write(`${this.#seconds()}  ${text}\n`)
    this.#written = this.#now()
  }

  /** From what the parts took so far. */
  #left(): string {
    if (this.#rolled >= this.#parts) return ''
    const spent = (this.#now() - this.#rollsSince) / 1_000
    const each = this.#rolled === 0 ? PART_SECONDS : (this.#rolledAt - this.#rollsSince) / 1_000 / this.#rolled
    const left = this.#parts * each - spent
    return `, part ${this.#rolled + 1} of ${this.#parts}, ${left > 0 ? `${estimateText(left)} left` : `${durationText(spent)} so far`}`
  }

  #seconds(): string {
    return `${((this.#now() - this.#began) / 1000).toFixed(1).padStart(6)} s`
  }
}

function order(a: Pod, b: Pod): number {
  return a.metadata.name < b.metadata.name ? -1 : 1
}

function traffic({ requests, errors }: Pulse): [key: string, text: string] {
  return ['traffic', `traffic   ${requests} requests, ${errors} answered with 5xx`]
}
