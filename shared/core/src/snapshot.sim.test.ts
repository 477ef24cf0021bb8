import { expect, test } from 'vitest'
import { Exchange } from './exchange.ts'
import { Random } from '../testing/random.ts'
import { record, replay } from '../testing/recording.ts'
import { profiles } from '../testing/stream-profiles.ts'

const seeds = Number(process.env['SEEDS'] ?? 5)
const firstSeed = Number(process.env['FIRST_SEED'] ?? 100)
const commandCount = Number(process.env['COMMANDS'] ?? 1500)

/**
 * Restore one member from its own snapshot every few hundred commands, beside one that never stops. Returns their first
 * difference, or undefined.
 */
function restartOften(seed: number, profile: keyof typeof profiles): string | undefined {
  const commands = record(seed, commandCount, profile)
  const random = new Random(seed)
  const whole = new Exchange()
  let member = new Exchange()
  for (let from = 0; from < commands.length;) {
    const to = Math.min(commands.length, from + random.between(1, 400))
    const expected = replay(whole, commands.slice(from, to), from)
    const actual = replay(member, commands.slice(from, to), from, random.next() | 1)
    const where = `seed ${seed} profile ${profile}, commands ${from + 1} to ${to}`
    if (Buffer.compare(actual, expected) !== 0) return `${where}: outcomes`
    if (member.runningHash() !== whole.runningHash()) return `${where}: running hash`
    if (member.stateHash() !== whole.stateHash()) return `${where}: state hash`
    member = Exchange.restore(member.snapshot())
    member.verify()
    if (member.stateHash() !== whole.stateHash()) return `${where}: state hash after the restart`
    from = to
  }
  return undefined
}

test.each(Object.keys(profiles) as (keyof typeof profiles)[])('%s', { timeout: 3_600_000 }, (profile) => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    expect(restartOften(seed, profile)).toBeUndefined()
  }
})
