import type { ExchangeWatch } from '@uptick/deploy'

const LOOK_MS = 400

/** The leader from then on; undefined: there was none, or no member could be asked. */
export interface Led {
  readonly leader: string | undefined
  readonly from: number
}

/** Asks repeatedly for the leader. Exact times of changes come from the journal; this adds the names. */
export class LeaderLog {
  readonly led: Led[] = []
  readonly #watch: ExchangeWatch
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(watch: ExchangeWatch, now: () => number) {
    this.#watch = watch
    this.#now = now
    void this.#look()
  }

  get leader(): string | undefined {
    return this.led.at(-1)?.leader
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const { leader } = await this.#watch.pulse(['engine'])
    if (leader !== this.leader || this.led.length === 0) this.led.push({ leader, from: this.#now() })
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look(), LOOK_MS)
  }
}
