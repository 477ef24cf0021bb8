import type { Roster, Rostered, RosterEntry } from '@uptick/journal'
import type { Distance } from './distance.ts'
import type { JournalStore } from './journal-store.ts'
import { reached, type MemoryJournal } from './memory-journal.ts'

/** The roster's seam for simulations, on the store that members share, and as far away as that. */
export class DistantRoster implements Roster {
  readonly #roster: Map<string, Rostered>
  readonly #journal: Pick<MemoryJournal, 'down'>
  readonly #distance: Distance

  constructor({ roster }: JournalStore, journal: Pick<MemoryJournal, 'down'>, distance: Distance) {
    this.#roster = roster
    this.#journal = journal
    this.#distance = distance
  }

  sign(entry: RosterEntry): Promise<readonly Rostered[]> {
    return this.#call(() => {
      const signs = (this.#roster.get(entry.place)?.signs ?? 0) + 1
      const others = [...this.#roster.values()].filter(({ place }) => place !== entry.place)
      this.#roster.set(entry.place, { ...entry, signs })
      return others
    })
  }

  signOff({ place, holder }: RosterEntry): Promise<void> {
    return this.#call(() => {
      if (this.#roster.get(place)?.holder === holder) this.#roster.delete(place)
    })
  }

  strike({ place, holder, signs }: Rostered): Promise<void> {
    return this.#call(() => {
      const other = this.#roster.get(place)
      if (other?.holder === holder && other.signs === signs) this.#roster.delete(place)
    })
  }

  #call<T>(run: () => T): Promise<T> {
    return this.#distance.call(() => reached(this.#journal).then(run))
  }
}
