/** A period of one scenario, in ms of `performance.now`. */
export interface Stretch {
  readonly scenario: string
  readonly from: number
  to: number
}

/** An action on the exchange. */
export interface Mark {
  readonly at: number
  readonly label: string
}

/** A change of leader: requests that were in flight between the two times were held. */
export interface Change {
  readonly scenario: string
  readonly from: number
  readonly to: number
}

/** What happened when. */
export class Timeline {
  readonly stretches: Stretch[] = []
  readonly marks: Mark[] = []
  readonly changes: Change[] = []
  readonly #notes = new Map<
    string,
    { readonly values: number[]; readonly say: (values: readonly number[]) => string }
  >()
  /** `performance.now` at the time 0 of the wall clock, to place journaled times. */
  readonly #wallZero = Date.now() - performance.now()

  begin(scenario: string): Stretch {
    const now = performance.now()
    const before = this.stretches.at(-1)
    if (before?.to === Infinity) before.to = now
    const stretch: Stretch = { scenario, from: now, to: Infinity }
    this.stretches.push(stretch)
    return stretch
  }

  end(): void {
    const last = this.stretches.at(-1)
    if (last) last.to = performance.now()
  }

  mark(label: string): number {
    const at = performance.now()
    this.marks.push({ at, label })
    return at
  }

  /** Additional measurements, over all rounds. */
  get notes(): (readonly [name: string, value: string])[] {
    return [...this.#notes].map(([name, { values, say }]) => [name, say(values)] as const)
  }

  /** @param say formats the values of all rounds */
  note(name: string, values: readonly number[], say: (values: readonly number[]) => string): void {
    const noted = this.#notes.get(name) ?? { values: [], say }
    noted.values.push(...values)
    this.#notes.set(name, noted)
  }

  changed(scenario: string, from: number, to: number): void {
    this.changes.push({ scenario, from, to })
  }

  /** The scenario that was played last at that time: a finding after its end belongs to it. */
  scenarioAt(at: number): string {
    return (this.stretches.findLast(({ from }) => at >= from) ?? this.stretches.at(-1))?.scenario ?? ''
  }

  /** @param time journaled, µs since 1970 */
  ofWallTime(time: number): number {
    return time / 1000 - this.#wallZero
  }
}

/** How notes show durations, ms. */
export function inMs(values: readonly number[]): string {
  return `${values.map((value) => value.toFixed(0)).join(', ')} ms`
}
