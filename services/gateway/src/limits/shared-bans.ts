import type { CountedAddress } from '@uptick/runtime'
import { BanList } from './ban-list.ts'
import type { Bans } from './counter-store.ts'
import { forgetFirst } from './window-counter.ts'

export const KNOWN_MAX = 100_000

/** The bans of this gateway, and the bans of others that Redis reported. */
export class SharedBans implements Bans {
  readonly #own = new BanList()
  readonly #known = new Map<CountedAddress, number>()
  readonly #banned: (ip: CountedAddress, until: number) => void

  /** `banned` is called when this gateway bans an address; `until` in µs. */
  constructor(banned: (ip: CountedAddress, until: number) => void) {
    this.#banned = banned
  }

  until(ip: CountedAddress, now: number): number {
    const known = this.#known.get(ip) ?? 0
    return Math.max(this.#own.until(ip, now), known > now ? known : 0)
  }

  offence(ip: CountedAddress, now: number): void {
    this.#own.offence(ip, now)
    const until = this.#own.until(ip, now)
    if (until > 0) this.#banned(ip, until)
  }

  /** Another gateway has banned it. */
  learn(ip: CountedAddress, until: number): void {
    if (this.#known.size >= KNOWN_MAX && !this.#known.has(ip)) forgetFirst(this.#known)
    this.#known.set(ip, until)
  }
}
