/** One reason to be ready or not, by name. */
export interface Condition {
  readonly name: string
  readonly met: boolean
  /** Why it is not met, or since what it is. */
  readonly reason: string
  /** Something to be known, which the process is ready without. */
  readonly isAdvisory?: true
}

export interface LifecycleState {
  readonly ok: boolean
  readonly conditions: readonly Condition[]
}

interface Heartbeat {
  readonly name: string
  readonly silenceMsMax: number
  last: number
}

/**
 * What a process says about itself. Three different questions:
 * - started: has the work before serving (replaying, migrating) ended? Until then the other two wait.
 * - ready: are all named conditions met? "No" takes the process out of rotation, and nothing else.
 * - live: is it wedged, so that only a restart helps? A lost dependency is never a reason for that.
 */
export class Lifecycle {
  readonly #clock: () => number
  readonly #conditions = new Map<string, Condition>()
  readonly #heartbeats = new Map<string, Heartbeat>()
  readonly #listeners: ((condition: Condition) => void)[] = []
  #started = false

  /** @param clock milliseconds that only grow. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** Declare (not met) or change a condition; listeners hear of changes only. */
  set(name: string, met: boolean, reason = ''): void {
    this.#put({ name, met, reason })
  }

  /** As `set`, for a condition that is shown like the others and that the process is ready without. */
  note(name: string, met: boolean, reason = ''): void {
    this.#put({ name, met, reason, isAdvisory: true })
  }

  onChange(listener: (condition: Condition) => void): void {
    this.#listeners.push(listener)
  }

  condition(name: string): Condition | undefined {
    return this.#conditions.get(name)
  }

  /** Work before serving has ended. */
  markStarted(): void {
    this.#started = true
  }

  get started(): boolean {
    return this.#started
  }

  /**
   * Ready means started and every declared condition met that is not advisory. A process that declared none is ready once
   * started.
   */
  readiness(): LifecycleState {
    const conditions = [...this.#conditions.values()]
    return { ok: this.#started && conditions.every(({ met, isAdvisory }) => met || isAdvisory), conditions }
  }

  /** The conditions that are not met, the advisory ones too. */
  unmet(): { readonly name: string; readonly reason: string }[] {
    const conditions = [...this.#conditions.values()].filter(({ met }) => !met)
    return conditions.map(({ name, reason }) => ({ name, reason }))
  }

  /**
   * Register a loop that must show itself at least every `silenceMsMax` milliseconds; call the returned function from
   * inside the loop. A heart that stops makes the process wedged.
   */
  heartbeat(name: string, silenceMsMax: number): () => void {
    const heartbeat: Heartbeat = { name, silenceMsMax, last: this.#clock() }
    this.#heartbeats.set(name, heartbeat)
    return () => {
      heartbeat.last = this.#clock()
    }
  }

  liveness(): LifecycleState {
    const now = this.#clock()
    const conditions: Condition[] = []
    for (const { name, silenceMsMax, last } of this.#heartbeats.values()) {
      const silence = now - last
      const met = silence <= silenceMsMax
      conditions.push({ name, met, reason: met ? '' : `silent for ${Math.round(silence)} ms, ${silenceMsMax} allowed` })
    }
    return { ok: conditions.every((condition) => condition.met), conditions }
  }

  #put(condition: Condition): void {
    const { name, met, reason } = condition
    const before = this.#conditions.get(name)
    if (before && before.met === met && before.reason === reason) return
    this.#conditions.set(name, condition)
    for (const listener of this.#listeners) listener(condition)
  }
}
