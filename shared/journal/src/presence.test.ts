import { expect, test } from 'vitest'
import { Presence } from './presence.ts'
import type { Roster, Rostered, RosterEntry } from './roster.ts'

const OWN: RosterEntry = { place: 'ws://own', holder: 'own-1', behaviours: [1, 2] }
const OTHER: Rostered = { place: 'ws://other', holder: 'other-1', behaviours: [1], signs: 1 }
/** Signs of ours without a new one of another member, after which that member no longer counts. */
const SILENT_SIGNS_MAX = 15

/** A member on a roster whose content the test sets. */
class Listed {
  others: readonly Rostered[] = []
  isAway = false
  readonly signed: RosterEntry[] = []
  readonly struck: Rostered[] = []
  readonly signedOff: RosterEntry[] = []
  readonly presence: Presence
  #due: (() => void) | undefined

  constructor() {
    const roster: Roster = {
      sign: async (entry) => {
        if (this.isAway) throw new Error('away')
        this.signed.push(entry)
        return this.others
      },
      signOff: async (entry) => void this.signedOff.push(entry),
      strike: async (other) => void this.struck.push(other),
    }
    const after = (_ms: number, run: () => void) => {
      this.#due = run
      return () => (this.#due = undefined)
    }
    this.presence = new Presence(roster, { after }, OWN)
  }

  get places(): string[] {
    return this.presence.others.map(({ place }) => place)
  }

  /** Let `count` signing times pass; returns whether there were so many. */
  async sign(count: number): Promise<boolean> {
    for (let i = 0; i < count; i++) {
      await settled()
      const due = this.#due
      this.#due = undefined
      if (due === undefined) return false
      due()
    }
    await settled()
    return true
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

test('another member counts until it has said nothing new for fifteen of our own signs, and is taken off then', async () => {
  const listed = new Listed()
  listed.others = [OTHER]
  await listed.sign(1)
  expect(listed.presence.others).toMatchObject([OTHER])
  await listed.sign(SILENT_SIGNS_MAX - 1)
  expect([listed.places, listed.struck]).toEqual([[OTHER.place], []])
  await listed.sign(1)
  expect([listed.places, listed.struck]).toEqual([[], [OTHER]])
})

test.each([
  ['signs again', { ...OTHER, signs: 2 }],
  ['was started anew in its place', { ...OTHER, holder: 'other-2', behaviours: [1, 2] }],
])('one that %s counts from then on, as it says of itself', async (_, anew) => {
  const listed = new Listed()
  listed.others = [OTHER]
  await listed.sign(SILENT_SIGNS_MAX)
  listed.others = [anew]
  await listed.sign(SILENT_SIGNS_MAX)
  expect(listed.presence.others).toEqual([anew])
  expect(listed.struck).toEqual([])
})

test('while PostgreSQL is unreachable no member is counted out', async () => {
  const listed = new Listed()
  listed.others = [OTHER]
  await listed.sign(1)
  listed.isAway = true
  expect(await listed.sign(3 * SILENT_SIGNS_MAX)).toBe(true)
  expect(listed.places).toEqual([OTHER.place])
  listed.isAway = false
  await listed.sign(1)
  expect([listed.places, listed.struck]).toEqual([[OTHER.place], []])
})

test('one that took itself off counts no more, at once', async () => {
  const listed = new Listed()
  listed.others = [OTHER]
  await listed.sign(1)
  listed.others = []
  await listed.sign(1)
  expect([listed.places, listed.struck]).toEqual([[], []])
})

test('a member that leaves takes itself off the roster, and signs no more', async () => {
  const listed = new Listed()
  await listed.sign(1)
  await listed.presence.stop()
  expect(listed.signedOff).toEqual([OWN])
  const { length } = listed.signed
  expect(await listed.sign(1)).toBe(false)
  expect(listed.signed).toHaveLength(length)
})
