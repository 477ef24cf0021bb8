import type { Exchange, ExchangeOptions } from '../src/index.ts'
import { NaiveExchange } from './naive-exchange.ts'
import { CommandStream, copyCommand, type Timed } from './stream.ts'
import type { profiles } from './stream-profiles.ts'

/** The commands of a seed, drawn beside the oracle alone; `behaviours`: those that the shard begins with. */
export function record(
  seed: number,
  count: number,
  profile: keyof typeof profiles,
  options: ExchangeOptions = {},
  behaviours?: readonly number[],
): Timed[] {
  const oracle = new NaiveExchange(options)
  const stream = new CommandStream(seed, oracle, profile, behaviours)
  const commands: Timed[] = []
  for (let sequence = 1; sequence <= count; sequence++) {
    const { command, time } = stream.next()
    commands.push({ command: copyCommand(command), time })
    oracle.execute(command, sequence, time)
  }
  return commands
}

/**
 * Execute commands behind sequence `last`; the bytes of all their outcomes. With `poison` the buffer holds rubbish where
 * the next outcome goes, as it may after another history: a word that is not written would show.
 */
export function replay(exchange: Exchange, commands: readonly Timed[], last: number, poison = 0): Buffer {
  const { output } = exchange
  output.clear()
  for (const [index, { command, time }] of commands.entries()) {
    if (poison !== 0) output.words.fill(poison, output.length)
    exchange.execute(command, last + index + 1, time)
  }
  return Buffer.from(output.words.buffer, output.words.byteOffset, output.length * 4)
}
