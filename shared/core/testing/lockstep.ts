import type { Command } from '../src/command.ts'
import type { Outcome } from '../src/event.ts'
import { Exchange, readOutcome } from '../src/index.ts'
import { comparable, difference, text } from './compare.ts'
import { describeCommand } from './describe.ts'
import { NaiveExchange } from './naive-exchange.ts'
import { sameState } from './same-state.ts'
import { CommandStream, copyCommand, type Timed } from './stream.ts'
import type { profiles } from './stream-profiles.ts'

/** How often the slow checks of a run are made: every n-th command. */
export interface Thoroughness {
  readonly verifyEvery: number
  readonly stateEvery: number
}

/** Production and oracle side by side on the same commands. */
export class Lockstep {
  exchange: Exchange
  readonly oracle: NaiveExchange
  sequence = 0
  private readonly thoroughness: Thoroughness

  constructor(thoroughness: Thoroughness = { verifyEvery: 1, stateEvery: 1 }) {
    this.exchange = new Exchange()
    this.oracle = new NaiveExchange()
    this.thoroughness = thoroughness
  }

  /** Execute on both; throws with the first difference. */
  execute(command: Command, time: number): Outcome {
    const { exchange, oracle, thoroughness } = this
    this.sequence++
    exchange.output.clear()
    exchange.execute(copyCommand(command), this.sequence, time)
    const actual = readOutcome(exchange.output.words, 0)
    const expected = oracle.execute(command, this.sequence, time)
    const found = difference(comparable(actual), comparable(expected))
    if (found) throw new Error(`${found}\nproduction ${text(actual)}\noracle     ${text(expected)}`)
    if (this.sequence % thoroughness.verifyEvery === 0) exchange.verify()
    if (this.sequence % thoroughness.stateEvery === 0) {
      const wrong = sameState(exchange, oracle)
      if (wrong) throw new Error(`state after the command: ${wrong}`)
    }
    return actual
  }
}

/** A run of one seed; a failure names seed, profile and command, and lists what led to it. */
export function runSeed(
  seed: number,
  commands: number,
  options: { profile?: keyof typeof profiles; thoroughness?: Thoroughness; each?: (run: Lockstep) => void } = {},
): Timed[] {
  const run = new Lockstep(options.thoroughness)
  const stream = new CommandStream(seed, run.oracle, options.profile)
  const done: Timed[] = []
  for (let i = 0; i < commands; i++) {
    const { command, time } = stream.next()
    done.push({ command: copyCommand(command), time })
    try {
      run.execute(command, time)
      options.each?.(run)
    } catch (cause) {
      const which = `seed ${seed}${options.profile ? ` profile ${options.profile}` : ''}, command ${i + 1}`
      throw new Error(`${which}: ${describeCommand(command)}\n${(cause as Error).message}`, { cause })
    }
  }
  return done
}

/** The shortest list found, by leaving commands out, that still makes production and oracle differ. */
export function shrink(failing: readonly Timed[]): Timed[] {
  let kept = [...failing]
  for (let size = kept.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from + size <= kept.length;) {
      const shorter = kept.toSpliced(from, size)
      if (fails(shorter)) kept = shorter
      else from += size
    }
  }
  return kept
}

/** Does this list make production and oracle differ, or production throw? */
export function fails(commands: readonly Timed[]): string | undefined {
  const run = new Lockstep()
  try {
    for (const { command, time } of commands) run.execute(copyCommand(command), time)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
