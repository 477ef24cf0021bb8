import type { Roster, Rostered, RosterEntry } from './roster.ts'

/** How often a member says that it is there, */
const SIGN_MS = 2_000
/** and how often another one may have said nothing new until it counts no more: half a minute. */
const SILENT_SIGNS_MAX = 15

/** Where a presence takes its timers from. */
export interface PresenceTimers {
  /** Returns what cancels the timer. */
  after(ms: number, run: () => void): () => void
}

interface Seen {
  entry: Rostered
  /** Times that the roster was read and said the same. */
  silent: number
}

/**
 * Says every two seconds that this member is there, and hears who else is: a standby that only reads the journal has no link
 * to the leader. Another one counts until it has not signed for fifteen of our own signs, whatever clocks do: while PostgreSQL
 * is away no member can sign, and none is counted out.
 */
export class Presence {
  readonly #roster: Roster
  readonly #timers: PresenceTimers
  readonly #entry: RosterEntry
  /** By place. */
  #seen = new Map<string, Seen>()
  #signing: Promise<void> | undefined
  #cancel = (): void => undefined
  #isStopped = false

  constructor(roster: Roster, timers: PresenceTimers, entry: RosterEntry) {
    this.#roster = roster
    this.#timers = timers
    this.#entry = entry
    this.#sign()
  }

  /** Who else executes the journal, as far as it has said so lately. */
  get others(): readonly RosterEntry[] {
    return [...this.#seen.values()].map(({ entry }) => entry)
  }

  /** This member goes, or will never lead. Never rejects. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#cancel()
    await this.#signing
    await this.#roster.signOff(this.#entry).catch(() => undefined)
  }

  #sign(): void {
    this.#signing = this.#roster
      .sign(this.#entry)
      .then(
        (others) => this.#heard(others),
        () => undefined,
      )
      .finally(() => {
        if (!this.#isStopped) this.#cancel = this.#timers.after(SIGN_MS, () => this.#sign())
      })
  }

  #heard(others: readonly Rostered[]): void {
    const before = this.#seen
    this.#seen = new Map()
    for (const entry of others) {
      const known = before.get(entry.place)
      const isSame = known?.entry.signs === entry.signs && known.entry.holder === entry.holder
      const silent = isSame ? known.silent + 1 : 0
      if (silent < SILENT_SIGNS_MAX) this.#seen.set(entry.place, { entry, silent })
      else void this.#roster.strike(entry).catch(() => undefined)
    }
  }
}
