import { type Command, CommandKind } from '../src/command.ts'
import type { Outcome } from '../src/event.ts'
import type { ExchangeOptions } from '../src/exchange.ts'
import { Exchange, outcomeEvents, outcomeWords, readOutcome } from '../src/index.ts'
import { comparable, difference } from './compare.ts'
import { describeCommand, describeOutcome } from './describe.ts'
import { NaiveExchange } from './naive-exchange.ts'
import { QuoteRule } from './quote-rule.ts'
import { sameState } from './same-state.ts'
import { CommandStream, copyCommand, type Timed } from './stream.ts'
import type { profiles } from './stream-profiles.ts'

/** How often the slow checks of a run are made: every n-th command. */
export interface Thoroughness {
  readonly verifyEvery: number
  readonly stateEvery: number
  /** Snapshot and restore, 0 for never: what follows must be what the oracle, never stopped, does. */
  readonly restartEvery?: number
}

/** Production and oracle side by side on the same commands. */
export class Lockstep {
  exchange: Exchange
  readonly oracle: NaiveExchange
  readonly quoteRule: QuoteRule
  sequence = 0
  private readonly thoroughness: Thoroughness
  private readonly options: ExchangeOptions

  constructor(thoroughness: Thoroughness = { verifyEvery: 1, stateEvery: 1 }, options: ExchangeOptions = {}) {
    this.exchange = new Exchange(options)
    this.oracle = new NaiveExchange(options)
    this.quoteRule = new QuoteRule(this.oracle.world)
    this.thoroughness = thoroughness
    this.options = options
  }

  /** Execute on both; throws with the first difference. */
  execute(command: Command, time: number): Outcome {
    const { exchange, oracle, thoroughness } = this
    this.sequence++
    exchange.output.clear()
    exchange.execute(copyCommand(command), this.sequence, time)
    const { words, length } = exchange.output
    const actual = readOutcome(words, 0)
    if (outcomeWords(words, 0) !== length || outcomeEvents(words, 0) !== actual.events.length) {
      throw new Error('the header of the outcome does not say its length and number of events')
    }
    const expected = oracle.execute(command, this.sequence, time)
    const found = difference(comparable(actual), comparable(expected))
    if (found)
      throw new Error(`${found}\nproduction ${describeOutcome(actual)}\noracle     ${describeOutcome(expected)}`)
    const broken = this.quoteRule.check(actual)
    if (broken) throw new Error(broken)
    if (this.sequence % thoroughness.verifyEvery === 0) exchange.verify()
    if (this.sequence % thoroughness.stateEvery === 0) {
      const wrong = sameState(exchange, oracle)
      if (wrong) throw new Error(`state after the command: ${wrong}`)
    }
    if (thoroughness.restartEvery && this.sequence % thoroughness.restartEvery === 0) {
      this.exchange = Exchange.restore(exchange.snapshot(), this.options)
    }
    return actual
  }
}

/** Half the seeds do so little work in a command that most orders go on in later ones. */
export function stepsOf(seed: number): ExchangeOptions {
  const stepWorkMax = (seed & 1) === 0 ? 1_000 : ([1, 2, 3, 7][(seed & 7) >> 1] ?? 1_000)
  return { stepWorkMax }
}

/** A run of one seed; a failure names seed, profile and command, and lists what led to it. */
export function runSeed(
  seed: number,
  commands: number,
  options: { profile?: keyof typeof profiles; thoroughness?: Thoroughness; exchange?: ExchangeOptions } = {},
): Timed[] {
  const run = new Lockstep(options.thoroughness, options.exchange)
  const stream = new CommandStream(seed, run.oracle, options.profile)
  const done: Timed[] = []
  for (let i = 0; i < commands; i++) {
    const { command, time } = stream.next()
    done.push({ command: copyCommand(command), time })
    try {
      run.execute(command, time)
    } catch (cause) {
      const which = `seed ${seed}${options.profile ? ` profile ${options.profile}` : ''}, command ${i + 1}`
      throw new Error(`${which}: ${describeCommand(command)}\n${(cause as Error).message}`, { cause })
    }
  }
  return done
}

/** The commands of a failing seed, up to and with the one that shows it. */
export function failing(
  seed: number,
  commands: number,
  profile: keyof typeof profiles,
  options: { thoroughness?: Thoroughness; exchange?: ExchangeOptions } = {},
): Timed[] {
  const done: Timed[] = []
  const run = new Lockstep(options.thoroughness, options.exchange)
  const stream = new CommandStream(seed, run.oracle, profile)
  for (let i = 0; i < commands; i++) {
    const { command, time } = stream.next()
    done.push({ command: copyCommand(command), time })
    try {
      run.execute(command, time)
    } catch {
      break
    }
  }
  return done
}

/** The shortest list found, by leaving commands out, that still makes production and oracle differ. */
export function shrink(commands: readonly Timed[], options?: ExchangeOptions): Timed[] {
  const alone = withoutSessions(commands)
  let kept = fails(alone, options) ? alone : [...commands]
  for (let size = kept.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from + size <= kept.length;) {
      const listed = kept.slice(from, from + size).filter(({ command }) => lists(command.kind))
      const shorter = kept.toSpliced(from, size, ...listed)
      if (shorter.length < kept.length && fails(shorter, options)) kept = shorter
      else from += size
    }
  }
  return kept
}

/** The same commands without their session numbers, which would tie each to the one before. */
function withoutSessions(commands: readonly Timed[]): Timed[] {
  return commands.map((timed) => {
    const command = copyCommand(timed.command)
    if (command.kind !== CommandKind.OPEN_SESSION) command.session = command.number = command.confirmed = 0
    return { command, time: timed.time }
  })
}

/** Everything refers to what these list: they stay. */
function lists(kind: CommandKind): boolean {
  return kind === CommandKind.ADD_ASSET || kind === CommandKind.ADD_SYMBOL || kind === CommandKind.ADD_ACCOUNT
}

/** Does this list make production and oracle differ, or production throw? */
export function fails(commands: readonly Timed[], options?: ExchangeOptions): string | undefined {
  const run = new Lockstep(undefined, options)
  try {
    for (const { command, time } of commands) run.execute(copyCommand(command), time)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
