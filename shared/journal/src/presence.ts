import type { Roster, Rostered, RosterEntry } from './roster.ts'

/** How often a member signs, ms, */
const SIGN_MS = 2_000
/** and how often another one may have no new sign before it no longer counts: half a minute. */
const SILENT_SIGNS_MAX = 15

/** The source of a presence's timers. */
export interface PresenceTimers {
  /** Returns the function that cancels the timer. */
  after(ms: number, run: () => void): () => void
}

interface Seen {
  entry: Rostered
  /** How often the roster was read without a new sign of this member. */
  silent: number
}

/**
 * Signs every two seconds that this member is present, and reads the signs of the others: a standby that only reads the
 * journal has no link to the leader. Another member counts until it has not signed for fifteen of our own signs. Clocks
 * do not matter: while PostgreSQL is unreachable no member can sign, and none is counted out.
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

  /** The other processes that execute the journal and have signed lately. */
  get others(): readonly RosterEntry[] {
    return [...this.#seen.values()].map(({ entry }) => entry)
  }

  /** This member leaves, or will never lead. Never rejects. */
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
