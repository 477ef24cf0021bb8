import { Behaviour, SUPPORTED_BEHAVIOURS } from '../src/behaviours.ts'
import { CommandKind } from '../src/command.ts'
import { OrderType, Side } from '../src/enums.ts'
import type { ExchangeOptions } from '../src/exchange.ts'
import { listing } from './listing.ts'
import { NaiveExchange } from './naive-exchange.ts'
import { record } from './recording.ts'
import { commandOf, CommandStream, copyCommand, EPOCH, type Timed } from './stream.ts'
import { profiles } from './stream-profiles.ts'

/** How a golden journal comes to be: its commands, and the exchange that they are for. */
export interface GoldenPlan {
  readonly options: ExchangeOptions
  /** Drawn or made when the journal is written; afterwards the file says. */
  readonly commands: () => Timed[]
}

const COMMANDS = 600
const { BOUNDED_STEPS, DOCUMENTED_RULES, PREVENTED_QUANTITY, AGGREGATE_IDS, RETRY_SHARES } = Behaviour
const BEFORE_COMPACT_FILLS = [
  Behaviour.FEE_HALF_EVEN,
  BOUNDED_STEPS,
  DOCUMENTED_RULES,
  PREVENTED_QUANTITY,
  AGGREGATE_IDS,
  RETRY_SHARES,
]
const WITH_COMPACT_FILLS = [...BEFORE_COMPACT_FILLS, Behaviour.COMPACT_FILLS]
const names = Object.keys(profiles) as (keyof typeof profiles)[]

/** A stream in a shard that begins with all behaviours that its build supports. */
function drawn(
  seed: number,
  profile: keyof typeof profiles,
  supportedBehaviours: readonly number[],
  bounds: Pick<ExchangeOptions, 'retriesMax' | 'stepWorkMax'> = {},
): GoldenPlan {
  const options = { supportedBehaviours, ...bounds }
  return { options, commands: () => record(seed, COMMANDS, profile, options, supportedBehaviours) }
}

/** Of every profile; the oldest were written when the core had one behaviour, and say so. */
const ofProfiles = names.map((profile, index): [string, GoldenPlan] => {
  return [
    profile,
    { options: { supportedBehaviours: SUPPORTED_BEHAVIOURS }, commands: () => record(1000 + index, COMMANDS, profile) },
  ]
})

/** A shard that begins with no behaviour and is given one after the other. */
const LATE = { supportedBehaviours: BEFORE_COMPACT_FILLS, stepWorkMax: 3 }

/** By the name of the file. */
export const goldenPlans: Readonly<Record<string, GoldenPlan>> = {
  ...Object.fromEntries(ofProfiles),
  steps: drawn(2001, 'stops', BEFORE_COMPACT_FILLS, { stepWorkMax: 3 }),
  'documented-rules': drawn(2002, 'filtered', BEFORE_COMPACT_FILLS),
  'prevented-quantity': drawn(2003, 'selfish', BEFORE_COMPACT_FILLS, { stepWorkMax: 7 }),
  'aggregate-ids': drawn(2004, 'rich', BEFORE_COMPACT_FILLS),
  'retry-shares': drawn(2005, 'forgetful', BEFORE_COMPACT_FILLS, { retriesMax: 5 }),
  'late-activation': { options: LATE, commands: lateActivation },
  'full-step': { options: { supportedBehaviours: BEFORE_COMPACT_FILLS }, commands: fullStep },
  'own-in-quote': drawn(2010, 'quotes', [...BEFORE_COMPACT_FILLS, Behaviour.OWN_IN_QUOTE]),
  'compact-fills': drawn(2007, 'forgetful', WITH_COMPACT_FILLS, { stepWorkMax: 7 }),
  'compact-stops': drawn(2008, 'stops', WITH_COMPACT_FILLS, { stepWorkMax: 3 }),
}

function lateActivation(): Timed[] {
  const oracle = new NaiveExchange(LATE)
  const stream = new CommandStream(2006, oracle, 'plain', [])
  return Array.from({ length: COMMANDS }, (_, index) => {
    const { command: next, time } = stream.next()
    const activated = BEFORE_COMPACT_FILLS[(index - 150) / 60]
    const command =
      activated === undefined ? copyCommand(next) : commandOf(CommandKind.ACTIVATE_BEHAVIOUR, { value: activated })
    oracle.execute(copyCommand(command), index + 1, time)
    return { command, time }
  })
}

/** One order that meets more makers than a command may, with the bound of production. */
function fullStep(): Timed[] {
  const { ACTIVATE_BEHAVIOUR, ADD_ASSET, ADD_SYMBOL, ADD_ACCOUNT, DEPOSIT, PLACE, CONTINUE } = CommandKind
  const order = { symbol: 0, type: OrderType.LIMIT, price: 100 }
  const commands = [
    ...BEFORE_COMPACT_FILLS.map((value) => commandOf(ACTIVATE_BEHAVIOUR, { value })),
    ...['BTC', 'USD'].map((code) => commandOf(ADD_ASSET, { text: JSON.stringify({ code, decimals: 0 }) })),
    commandOf(ADD_SYMBOL, { text: JSON.stringify(listing('BTCUSD', 'BTC', 'USD')) }),
    ...[1, 2].map((account) => commandOf(ADD_ACCOUNT, { text: `account ${account}` })),
    commandOf(DEPOSIT, { account: 1, asset: 0, amount: 2_000n }),
    commandOf(DEPOSIT, { account: 2, asset: 1, amount: 200_000n }),
    ...Array.from({ length: 1_005 }, () => commandOf(PLACE, { ...order, account: 1, side: Side.SELL, quantity: 1 })),
    commandOf(PLACE, { ...order, account: 2, side: Side.BUY, quantity: 1_010 }),
    commandOf(CONTINUE),
    commandOf(PLACE, { ...order, account: 1, side: Side.SELL, quantity: 5 }),
  ]
  return commands.map((command, index) => ({ command, time: EPOCH + index }))
}
