import { BanList } from './ban-list.ts'
import type { Counter, CounterStore } from './counter-store.ts'
import { WindowCounter } from './window-counter.ts'

/** Counts of this gateway alone. */
export class MemoryStore implements CounterStore {
  readonly isShared = false
  readonly bans = new BanList()

  once(_sequence: number, act: () => void): void {
    act()
  }

  did(_session: number, _sequence: number): void {}

  instead(_session: number, _sequence: number, _act: () => void): void {}

  counter<Key extends string | number>(_name: string, _by: string, length: number): Counter<Key> {
    return new WindowCounter<Key>(length)
  }
}
