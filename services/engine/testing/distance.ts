import type { ProcessTime } from './process-time.ts'
import type { Random, VirtualTime } from '@uptick/runtime/testing'

/** From dialling to a connection that stands, ms. */
const CONNECT_MS_MAX = 3_000
/** Of the statements that were on their way when a connection was ended, this part was being carried out. */
const UNDER_WAY_SHARE = 0.5
/** Of the connections that are cut off, what waits in this part of them arrives when the cut has healed. */
const KEPT_SHARE = 0.7
/** PostgreSQL's keepalive reports a dead peer this late, ms. */
const NOTICED_MS_MAX = 15_000

/**
 * - *refused*: connections end, and no other can be made.
 * - *deaf*: nothing arrives there; what is asked waits until that is over, or is lost.
 * - *mute*: everything is done there, and no answer comes back.
 */
export type Trouble = 'refused' | 'deaf' | 'mute'

/** The connection could not be made (`absent`: nothing was done), or broke before the answer (`unknown`). */
export class WayLostError extends Error {
  override readonly name = 'WayLostError'
  readonly outcome: 'absent' | 'unknown'

  constructor(outcome: 'absent' | 'unknown') {
    super(outcome === 'absent' ? 'no connection could be made' : 'the connection broke before the answer')
    this.outcome = outcome
  }
}

export interface DistanceOptions {
  readonly time: VirtualTime
  readonly process: ProcessTime
  readonly random: Random
  readonly delayMsMax: number
  /** What is unanswered for so long is given up, and the connection with it, ms. */
  readonly answerMsMax: number
  /** The next connection first ends what the lost one has left there: nothing of it is carried out later. */
  readonly endsLost?: boolean
  /** The process knows that its connection is lost. */
  readonly lost?: () => void
  /** The store has a session of the process, or has it no more. */
  readonly session?: (isThere: boolean) => void
}

interface Call {
  readonly carryOut: () => void
  readonly giveUp: (error: WayLostError) => void
  isCarriedOut: boolean
  isEnded: boolean
}

/** One connection, as the process has it. */
class Connection {
  /** Unanswered, oldest first. */
  readonly calls = new Set<Call>()
  /** What has not arrived because of a cut. */
  readonly kept: Call[] = []
  isLost = false
  hasSession = true
  /** When the last of them arrives. */
  lastAt = 0
}

/**
 * The way of one process to the store: what it asks for is done there a little later, in the order of asking, whatever has
 * become of the process by then, and it hears of it a little later still, if it runs.
 */
export class Distance {
  /** What goes that way takes up to so much longer, ms. */
  slowMs = 0
  readonly #options: DistanceOptions
  #trouble: Trouble | undefined
  #connection = new Connection()
  /** Connections that were lost, with what they have left there. */
  #left: Connection[] = []
  readonly #listening = new Set<() => void>()

  constructor(options: DistanceOptions) {
    this.#options = options
  }

  /** Whether the connection stands, as far as the process knows. */
  get isOpen(): boolean {
    return !this.#connection.isLost
  }

  /** By the process's monotonic clock, ms. */
  get elapsed(): number {
    return this.#options.process.elapsed()
  }

  /** Whether what is asked is answered, however late. */
  get isWhole(): boolean {
    return this.#trouble === undefined
  }

  get isTroubled(): boolean {
    return this.#trouble !== undefined || this.slowMs > 0
  }

  /** @throws (rejects with) WayLostError, and what `run` rejects with */
  call<T>(run: () => Promise<T>): Promise<T> {
    const { time, process, answerMsMax } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    if (this.#connection.isLost && !this.#connect(reject)) return promise
    const connection = this.#connection
    const { calls } = connection
    const answer = (tell: () => void): void => {
      if (connection.isLost || this.#trouble === 'mute') return
      calls.delete(call)
      process.after(this.#delay(), tell)
    }
    const call: Call = {
      carryOut: () => {
        run().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        )
      },
      giveUp: reject,
      isCarriedOut: false,
      isEnded: false,
    }
    calls.add(call)
    const now = time.elapsed()
    const at = Math.max(connection.lastAt, now + this.#delay())
    connection.lastAt = at
    time.at(at, () => this.#arrive(connection, call))
    if (this.isTroubled || at - now > answerMsMax / 2) this.#bound(connection, call)
    return promise
  }

  /** Something is wrong from now on, until `mend`. */
  fail(trouble: Trouble): void {
    this.#trouble = trouble
    const connection = this.#connection
    if (trouble === 'refused') return this.break()
    for (const call of connection.calls) this.#bound(connection, call)
  }

  /** The connection breaks, and both ends know. */
  break(): void {
    const connection = this.#connection
    this.#lose(connection)
    this.#options.time.after(this.#delay(), () => this.#endSession(connection))
  }

  /** The store ends the session, and the process does not hear of it: what it asks for is not answered any more. */
  endSession(): void {
    this.fail('deaf')
    const connection = this.#connection
    this.#endSession(connection)
  }

  mend(): void {
    const { random } = this.#options
    this.slowMs = 0
    this.#trouble = undefined
    const left = this.#left
    if (this.#options.endsLost !== true) this.#left = []
    for (const connection of new Set([...left, this.#connection])) {
      const kept = connection.kept.splice(0)
      // Where no process is left, the first packet is answered by a reset.
      const isThere = connection.hasSession && random.chance(KEPT_SHARE)
      if (isThere) for (const call of kept) this.#arrive(connection, call)
      else if (kept.length > 0 || !connection.hasSession) this.#lose(connection)
    }
  }

  /** The store has news for the process, if it runs. */
  notify(run: () => void): void {
    if (this.#trouble === undefined && this.isOpen) this.#options.process.after(this.#delay(), run)
  }

  /** Until `ms` have passed or `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        forget()
        resolve()
      }
      const forget = (): void => {
        this.#listening.delete(forget)
        signal.removeEventListener('abort', done)
      }
      this.#listening.add(forget)
      signal.addEventListener('abort', done)
      this.#options.process.after(ms, done)
    })
  }

  /** The process is gone. Signals with listeners are kept for ever, with all that hangs on them. */
  forget(): void {
    for (const forget of this.#listening) forget()
  }

  #delay(): number {
    const { random, delayMsMax } = this.#options
    return random.next() * (delayMsMax + this.slowMs)
  }

  /** Whether there is a connection now; if not, `reject` is called later. */
  #connect(reject: (error: WayLostError) => void): boolean {
    const { process, answerMsMax, endsLost, session } = this.#options
    if (this.#trouble !== undefined) {
      const ms = this.#trouble === 'refused' ? this.#delay() : Math.min(CONNECT_MS_MAX, answerMsMax)
      process.after(ms, () => reject(new WayLostError('absent')))
      return false
    }
    if (endsLost) this.#endLeft()
    this.#connection = new Connection()
    session?.(true)
    return true
  }

  #arrive(connection: Connection, call: Call): void {
    if (call.isEnded || call.isCarriedOut) return
    if (this.#trouble === 'deaf') return void connection.kept.push(call)
    call.isCarriedOut = true
    call.carryOut()
  }

  #bound(connection: Connection, call: Call): void {
    const { process, answerMsMax } = this.#options
    process.after(answerMsMax, () => {
      if (!connection.calls.has(call)) return
      this.#lose(connection)
      // The store is not told.
      this.#options.time.after(this.#options.random.next() * NOTICED_MS_MAX, () => this.#endSession(connection))
    })
  }

  #lose(connection: Connection): void {
    const { process, lost } = this.#options
    if (connection.isLost) return
    connection.isLost = true
    this.#left.push(connection)
    for (const { giveUp } of connection.calls) {
      process.after(this.#delay(), () => giveUp(new WayLostError('unknown')))
    }
    process.after(0, () => lost?.())
  }

  #endSession(connection: Connection): void {
    if (!connection.hasSession) return
    connection.hasSession = false
    if (connection === this.#connection) this.#options.session?.(false)
  }

  /** What was being carried out is; nothing else will be. */
  #endLeft(): void {
    for (const connection of this.#left.splice(0)) {
      for (const call of connection.calls) {
        if (call.isCarriedOut) continue
        if (!this.#options.random.chance(UNDER_WAY_SHARE)) break
        this.#arrive(connection, call)
      }
      for (const call of connection.calls) call.isEnded = true
    }
  }
}
