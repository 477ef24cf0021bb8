import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { isIP } from 'node:net'
import type { Timers } from '@uptick/runtime'

/** Addresses are looked up again this often, without a dial that asks. */
const REFRESH_MS = 2_000

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

type Found = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** The signature that Node's `net.connect` expects. */
export type Lookup = (name: string, options: LookupOptions, found: Found) => void

/**
 * Addresses of the engines, looked up before they are needed. The name server may fail together with the leader, and a
 * lookup then takes seconds until it goes to another name server. So a dial gets the known addresses at once, and the
 * lookup runs beside it.
 */
export class AddressBook {
  readonly #resolve: Resolve
  readonly #known = new Map<string, readonly LookupAddress[]>()
  readonly #asking = new Map<string, Promise<void>>()

  constructor(resolve: Resolve = ask) {
    this.#resolve = resolve
  }

  /** Keep the addresses of these URLs current. Call the returned function to stop. */
  follow(urls: readonly string[], timers: Timers): () => void {
    const names = new Set(
      urls.map((url) => new URL(url).hostname).filter((name) => isIP(name.replaceAll(/[[\]]/g, '')) === 0),
    )
    let cancel = (): void => {}
    const refresh = (): void => {
      for (const name of names) void this.#ask(name).catch(() => undefined)
      cancel = timers.after(REFRESH_MS, refresh)
    }
    if (names.size > 0) refresh()
    return () => cancel()
  }

  /**
   * For `net.connect`: returns the known addresses at once. For a name that was never found it waits for the lookup.
   */
  readonly lookup: Lookup = (name, options, found) => {
    const answer = (): void => {
      const addresses = this.#known.get(name) ?? []
      const [first] = addresses
      if (options.all === true) found(null, [...addresses])
      else if (first === undefined) found(new Error(`${name} has no address`), [])
      else found(null, first.address, first.family)
    }
    const asking = this.#ask(name)
    if (this.#known.has(name)) {
      asking.catch(() => undefined)
      process.nextTick(answer)
    } else asking.then(answer, (error: NodeJS.ErrnoException) => found(error, []))
  }

  /** At most one lookup at a time for each name: lookups that hang would take the threads of those that do not. */
  #ask(name: string): Promise<void> {
    const known = this.#asking.get(name)
    if (known !== undefined) return known
    const asking = this.#resolve(name)
      .then((addresses) => {
        if (addresses.length > 0) this.#known.set(name, addresses)
      })
      .finally(() => this.#asking.delete(name))
    this.#asking.set(name, asking)
    return asking
  }
}

function ask(name: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)))
  })
}
