import type { CountedAddress } from '@uptick/runtime'

/** Counts by key in fixed windows aligned to the clock. Counts start at 0 in each window. Answers at once. */
export interface Counter<Key extends string | number> {
  /** Add `amount`, which may be negative; a count never falls below 0. Returns the new count. `now` in µs. */
  add(key: Key, amount: number, now: number): number
  get(key: Key, now: number): number
  /** µs until the window ends. */
  left(now: number): number
}

/** Addresses that are banned for a while. */
export interface Bans {
  /** Until when (µs) the address is banned; 0 when it is not. */
  until(ip: CountedAddress, now: number): number
  /** The address sent another request after it was told to wait. */
  offence(ip: CountedAddress, now: number): void
}

/** What a count is kept by. */
export type CountedBy = 'address' | 'account'

/** Where limits keep their counts. */
export interface CounterStore {
  /** Other gateways count here too. */
  readonly isShared: boolean
  readonly bans: Bans
  /** Every gateway hears of the outcome `sequence`; exactly one of them calls `act`, at once or a little later. */
  once(sequence: number, act: () => void): void
  /** This gateway has done the work of its own `session`'s outcomes up to `sequence`. */
  did(session: number, sequence: number): void
  /**
   * Each gateway calls this for the outcomes of others; `act` runs if the gateway of `session` ended before `sequence`.
   */
  instead(session: number, sequence: number, act: () => void): void
  /** Windows are `length` µs long. */
  counter(name: string, by: 'address', length: number): Counter<CountedAddress>
  counter(name: string, by: 'account', length: number): Counter<number>
}
