import type { CountedAddress } from '@uptick/runtime'

const SECOND = 1_000_000
/** Requests past a limit, within a minute, before the address is banned. */
const OFFENCES_MAX = 20
const FORGET_AFTER = 60 * SECOND
const FIRST_BAN = 120 * SECOND
const LONGEST_BAN = 3 * 24 * 3600 * SECOND
/** After so long without a ban, the next one is short again. */
const PROBATION = 24 * 3600 * SECOND
export const ADDRESSES_MAX = 100_000

interface Offender {
  offences: number
  lastOffence: number
  bannedUntil: number
  nextBan: number
}

/** Bans addresses that continue past a limit: for two minutes, then longer each time, up to three days. */
export class BanList {
  readonly #offenders = new Map<CountedAddress, Offender>()

  /** Until when (µs) the address is banned; 0 when it is not. */
  until(ip: CountedAddress, now: number): number {
    const offender = this.#offenders.get(ip)
    return offender !== undefined && offender.bannedUntil > now ? offender.bannedUntil : 0
  }

  /** The address sent another request although it was told to wait. */
  offence(ip: CountedAddress, now: number): void {
    let offender = this.#offenders.get(ip)
    if (offender === undefined) {
      if (this.#offenders.size >= ADDRESSES_MAX) this.#forgetOldest()
      offender = { offences: 0, lastOffence: now, bannedUntil: 0, nextBan: FIRST_BAN }
      this.#offenders.set(ip, offender)
    }
    if (now - offender.lastOffence > FORGET_AFTER) offender.offences = 0
    if (now - offender.bannedUntil > PROBATION) offender.nextBan = FIRST_BAN
    offender.offences++
    offender.lastOffence = now
    if (offender.offences <= OFFENCES_MAX) return
    offender.bannedUntil = now + offender.nextBan
    offender.nextBan = Math.min(offender.nextBan * 2, LONGEST_BAN)
    offender.offences = 0
  }

  #forgetOldest(): void {
    for (const ip of this.#offenders.keys()) {
      this.#offenders.delete(ip)
      return
    }
  }
}
