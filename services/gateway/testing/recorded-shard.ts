import { CommandKind, Command, Exchange } from '@uptick/core'
import { record, type Timed } from '@uptick/core/testing'
import type { AnswerTo, Question, QuestionKind } from '@uptick/protocol'
import { Catalogue } from '../src/engine-link/catalogue.ts'
import type { FeedResetListener, OutcomesListener, OutcomeView } from '../src/engine-link/outcome-view.ts'
import type { Answer } from '../src/engine-link/query-book.ts'

/** The behaviours of the build that recorded the hashes: the flow is drawn with them, whatever the build of today supports. */
const supportedBehaviours = [1, 2, 3, 4, 5, 6, 7, 8, 9]

interface Frame {
  readonly words: Int32Array
  readonly from: number
  readonly to: number
  readonly first: number
  readonly last: number
}

/**
 * The core's random command flow of a seed, executed and told as a feed: every kind of order on three markets, by several
 * accounts. It stands in for an `EngineLink`; nothing of it changes with the gateway.
 */
export class RecordedShard {
  readonly catalogue = new Catalogue()
  readonly state = { connected: true, shard: 0, epoch: 1, sequence: 0, queued: 0, unanswered: 0 }
  readonly commands: readonly Timed[]
  readonly #exchange = new Exchange({ supportedBehaviours })
  /** All that was ever fed, for who reads the past. */
  readonly #frames: Frame[] = []
  readonly #outcomes: OutcomesListener[] = []
  readonly #resets: FeedResetListener[] = []
  readonly #states: ((connected: boolean) => void)[] = []
  #asked: (() => void)[] = []

  constructor(seed: number, commands: number) {
    this.commands = record(seed, commands, 'plain', { supportedBehaviours }, supportedBehaviours)
  }

  get sequence(): number {
    return this.#exchange.sequence
  }

  onOutcomes(listener: OutcomesListener): void {
    this.#outcomes.push(listener)
  }

  onFeedReset(listener: FeedResetListener): void {
    this.#resets.push(listener)
  }

  onState(listener: (connected: boolean) => void): void {
    this.#states.push(listener)
  }

  /** The link comes up: the feed begins after what was executed so far. */
  connect(): void {
    this.reset()
    this.catalogue.replace(this.#exchange.catalogue())
    for (const listener of this.#states) listener(true)
  }

  /** The feed goes on with a gap. */
  reset(): void {
    for (const listener of this.#resets) listener(this.sequence + 1)
  }

  /** Execute commands as one frame; `isFed` false loses it. */
  frame(commands: readonly Timed[], isFed = true): void {
    const { output } = this.#exchange
    output.clear()
    const first = this.sequence + 1
    for (const { command, time } of commands) {
      this.#exchange.execute(command, this.sequence + 1, Math.max(time, this.#exchange.time))
    }
    const words = output.words.slice(0, output.length)
    this.#frames.push({ words, from: 0, to: words.length, first, last: this.sequence })
    if (!isFed) return
    for (const listener of this.#outcomes) listener(words, 0, words.length, first, this.sequence)
  }

  query<Kind extends QuestionKind>(question: Question<Kind>): Promise<Answer<AnswerTo<Kind>>> {
    const { kind, symbol = 0, account = 0 } = question as { kind: string; symbol?: number; account?: number }
    const value = this.#answer(kind, symbol, account)
    const plain = JSON.parse(
      JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? String(field) : field)),
    )
    return Promise.resolve({ sequence: this.sequence, value: plain as AnswerTo<Kind> })
  }

  /** A caller that waits for journaled time has it journaled by the next `answer`. */
  submit(): Promise<OutcomeView> {
    return new Promise((resolve) => this.#asked.push(() => resolve({ words: new Int32Array(), offset: 0 })))
  }

  /** Journal the time, in µs, where a gateway asked for it. */
  answer(time: number): void {
    const asked = this.#asked
    if (asked.length === 0) return
    this.#asked = []
    this.frame([{ command: Object.assign(new Command(), { kind: CommandKind.TICK }), time }])
    for (const resolve of asked) resolve()
  }

  /** The frames that hold outcomes `from` … `through`. */
  past(from: number, through: number): readonly Frame[] {
    return this.#frames.filter(({ first, last }) => last >= from && first <= through)
  }

  #answer(kind: string, symbol: number, account: number): unknown {
    if (kind === 'depth') return this.#exchange.depth(symbol, 0)
    if (kind === 'account') return this.#exchange.account(account) ?? null
    return this.#exchange.openOrders(account)
  }
}
