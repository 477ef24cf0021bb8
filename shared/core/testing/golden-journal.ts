import { Exchange, type ExchangeOptions } from '../src/index.ts'
import { describeCommand } from './describe.ts'
import type { GoldenPlan } from './golden-plans.ts'
import { Names, parseCommand } from './parse.ts'
import { EPOCH, type Timed } from './stream.ts'

/**
 * A golden journal: commands that were executed once, as text, with the hashes they led to. Every later build must come
 * to the same hashes, or it cannot take over a running exchange. Written by `write-golden.ts`; never changed afterwards:
 * a change of behaviour gets a number, an activation command, and a journal of its own.
 */
export interface GoldenJournal {
  readonly runningHash: bigint
  readonly stateHash: bigint
  /** Behaviours of the build that wrote it – an activation of any other was refused – and bounds, if not production's. */
  readonly options: ExchangeOptions
  readonly commands: readonly Timed[]
}

const head =
  /^running ([0-9a-f]{16}) state ([0-9a-f]{16})(?: behaviours ([0-9,]+))?(?: steps ([0-9]+))?(?: retries ([0-9]+))?$/
/** Of journals that do not say. */
const FIRST_BEHAVIOURS = '1'

/** Read a journal: a line with the hashes, then one command a line behind the microseconds since the one before. */
export function readGolden(text: string): GoldenJournal {
  const [first = '', ...lines] = text.trimEnd().split('\n')
  const hashes = head.exec(first)
  if (!hashes) throw new Error(`not a golden journal: ${first}`)
  let time = EPOCH
  const names = new Names()
  const commands = lines.map((line) => {
    const space = line.indexOf(' ')
    time += Number(line.slice(0, space))
    return { command: parseCommand(line.slice(space + 1), names), time }
  })
  const options = {
    supportedBehaviours: (hashes[3] ?? FIRST_BEHAVIOURS).split(',').map(Number),
    ...(hashes[4] !== undefined && { stepWorkMax: Number(hashes[4]) }),
    ...(hashes[5] !== undefined && { retriesMax: Number(hashes[5]) }),
  }
  return { runningHash: BigInt(`0x${hashes[1]}`), stateHash: BigInt(`0x${hashes[2]}`), options, commands }
}

/** Make the plan's journal and write it down with the hashes of the core as it is now. */
export function writeGolden({ options, commands: draw }: GoldenPlan): string {
  const commands = draw()
  const { runningHash, stateHash } = hashesOf({ commands, options })
  let before = EPOCH
  const lines = commands.map(({ command, time }) => {
    const line = `${time - before} ${describeCommand(command)}`
    before = time
    return line
  })
  const { supportedBehaviours = [], stepWorkMax, retriesMax } = options
  const bounds = [
    ...(stepWorkMax === undefined ? [] : ['steps', stepWorkMax]),
    ...(retriesMax === undefined ? [] : ['retries', retriesMax]),
  ]
  const known = ['behaviours', supportedBehaviours.join(','), ...bounds].join(' ')
  return `running ${hex(runningHash)} state ${hex(stateHash)} ${known}\n${lines.join('\n')}\n`
}

/** Execute all commands on a fresh exchange with these options. */
export function hashesOf({ commands, options }: Pick<GoldenJournal, 'commands' | 'options'>): {
  runningHash: bigint
  stateHash: bigint
} {
  const exchange = new Exchange(options)
  for (const [index, { command, time }] of commands.entries()) {
    exchange.output.clear()
    exchange.execute(command, index + 1, time)
  }
  return { runningHash: exchange.runningHash(), stateHash: exchange.stateHash() }
}

export function hex(hash: bigint): string {
  return BigInt.asUintN(64, hash).toString(16).padStart(16, '0')
}
