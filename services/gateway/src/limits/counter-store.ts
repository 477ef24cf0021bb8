import type { CountedAddress } from '@uptick/runtime'

/** Counts by key in fixed windows aligned to the clock: a new window begins at nothing. Answers at once. */
export interface Counter<Key extends string | number> {
  /** Add `amount`, which may be negative; a count never falls below 0. Returns the new count. `now` in µs. */
  add(key: Key, amount: number, now: number): number
  get(key: Key, now: number): number
  /** µs until the window ends. */
  left(now: number): number
}

/** Addresses that may not come back for a while. */
export interface Bans {
  /** Until when (µs) the address is banned; 0 when it is not. */
  until(ip: CountedAddress, now: number): number
  /** The address sent another request although it was told to wait. */
  offence(ip: CountedAddress, now: number): void
}

/** What a count is kept by. */
export type CountedBy = 'address' | 'account'

/** Where limits keep their counts. */
export interface CounterStore {
  /** Others count here as well. */
  readonly isShared: boolean
  readonly bans: Bans
  /** Every gateway hears of the outcome `sequence`: exactly one does `act`, at once or a little later. */
  once(sequence: number, act: () => void): void
  /** This gateway has done what the outcomes of its own `session` ask for, up to `sequence`. */
  did(session: number, sequence: number): void
  /** `act` if the gateway of `session` has ended before it came to the outcome `sequence`: each of the others is told. */
  instead(session: number, sequence: number, act: () => void): void
  /** Windows are `length` µs long. */
  counter(name: string, by: 'address', length: number): Counter<CountedAddress>
  counter(name: string, by: 'account', length: number): Counter<number>
}
