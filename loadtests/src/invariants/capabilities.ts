import { nothingGivenUp, type GivenUp } from './given-up.ts'

/** I12: a build executes no command if it lacks a behaviour that the journal had activated before. */
export class Capabilities {
  /** Behaviour → last sequence of the batch that activated it: before its end no member can know it. */
  readonly #activated = new Map<number, number>()
  /** Build and process → last sequence that it executed. */
  readonly #executed = new Map<string, { readonly behaviours: readonly number[]; through: number }>()

  /** `process`, which knows `behaviours`, executed the journal's command `sequence`. */
  executed(process: string, behaviours: readonly number[], sequence: number): void {
    const known = this.#executed.get(process)
    if (!known) this.#executed.set(process, { behaviours, through: sequence })
    else if (sequence > known.through) known.through = sequence
  }

  /** A batch that ends with `last` activated `behaviour`. */
  activated(behaviour: number, last: number): void {
    this.#activated.set(behaviour, last)
  }

  check(givenUp: GivenUp = nothingGivenUp): string[] {
    const violations: string[] = []
    for (const [process, { behaviours, through }] of this.#executed) {
      for (const [behaviour, last] of this.#activated) {
        if (through > last && !givenUp.has(through) && !behaviours.includes(behaviour))
          violations.push(`I12: ${process} lacks behaviour ${behaviour} of ${last} and executed up to ${through}`)
      }
    }
    return violations
  }
}
