import { SUPPORTED_BEHAVIOURS } from '../src/behaviours.ts'
import { Command, CommandKind } from '../src/command.ts'
import { SelfTradePrevention } from '../src/enums.ts'
import { listing } from './listing.ts'
import type { NaiveExchange } from './naive-exchange.ts'
import { Random } from './random.ts'
import { profiles, type Profile } from './stream-profiles.ts'
import { amend, cancel, go, place, replace } from './stream-trading.ts'
import * as administration from './stream-administration.ts'

const drawers = { place, cancel, amend, replace, go }

/** 2026-01-01T00:00:00Z, µs. */
export const EPOCH = 1_767_225_600_000_000

export interface Timed {
  readonly command: Command
  readonly time: number
}

/**
 * An endless random stream of commands in which everything meets everything: few prices, few accounts, small balances.
 * It looks into the oracle to name orders that exist; the oracle must execute each command before the next is drawn.
 */
export class CommandStream {
  readonly random: Random
  readonly profile: Profile
  readonly oracle: NaiveExchange
  time = EPOCH
  private readonly opening: Command[]
  /** Session → last number used; the session may have ended meanwhile. */
  readonly numbers = new Map<number, number>()
  /** Commands that may be sent again: duplicates within their session, and idempotent retries. */
  readonly sent: Command[] = []

  /** `behaviours`: those that the shard begins with, instead of what chance says. */
  constructor(
    seed: number,
    oracle: NaiveExchange,
    profileName?: keyof typeof profiles,
    behaviours?: readonly number[],
  ) {
    this.oracle = oracle
    this.random = new Random(seed)
    this.profile = profiles[profileName ?? this.random.pick(Object.keys(profiles) as (keyof typeof profiles)[])]
    this.opening = opening(this.random, this.profile, behaviours)
  }

  next(): Timed {
    this.time += this.pause()
    const command = this.opening.shift() ?? this.draw()
    return { command, time: this.time }
  }

  private pause(): number {
    const { random } = this
    if (random.chance(50)) return random.below(1000)
    if (random.chance(80)) return random.below(1_500_000)
    return random.chance(90) ? random.below(40_000_000) : random.below(500_000_000)
  }

  private draw(): Command {
    const { random } = this
    if (this.sent.length > 0 && random.chance(this.profile.repeats)) return this.again()
    const command = new Command()
    const verb = this.isBusy() ? 'go' : random.weighted(this.profile.verbs)
    if (verb === 'administration') administration.draw(this, command)
    else drawers[verb](this, command)
    if (random.chance(this.profile.sessions)) this.number(command)
    this.keep(command)
    return command
  }

  /** Mostly the sequencer goes on with unfinished work; now and then others come between. */
  private isBusy(): boolean {
    return this.oracle.world.busy.length > 0 && this.random.chance(70)
  }

  /** Give the command the next number of an open session, now and then a wrong one. */
  private number(command: Command): void {
    const { random, numbers } = this
    if (administration.isSessionCommand(command.kind) || numbers.size === 0) return
    const session = random.pick([...numbers.keys()])
    const last = numbers.get(session)!
    command.session = session
    command.number = random.chance(97) ? last + 1 : last + random.between(0, 3)
    if (command.number === last + 1) numbers.set(session, last + 1)
    command.confirmed = random.chance(30) ? Math.max(0, last - random.below(20)) : 0
  }

  private keep(command: Command): void {
    if (command.session === 0 && command.firstSent === 0) return
    this.sent.push(command)
    if (this.sent.length > 40) this.sent.splice(this.random.below(40), 1)
  }

  /** Send an earlier command again: as it was, or the same order under a new number, or slightly changed. */
  private again(): Command {
    const { random } = this
    const command = copyCommand(random.pick(this.sent))
    if (command.firstSent !== 0 && random.chance(50)) {
      command.session = command.number = command.confirmed = 0
      if (random.chance(50)) this.number(command)
      if (random.chance(20)) command.quantity += 1
    }
    return command
  }
}

/** A copy that shares nothing with the original. */
export function copyCommand(from: Command): Command {
  const { clientId, targetClientId, cancelId, ...plain } = from
  const copy = Object.assign(new Command(), plain)
  copy.clientId.copy(clientId)
  copy.targetClientId.copy(targetClientId)
  copy.cancelId.copy(cancelId)
  return copy
}

export function commandOf(kind: CommandKind, fields: Partial<Command> = {}): Command {
  return Object.assign(new Command(), { kind }, fields)
}

/** Assets, markets, accounts and first funds. */
function opening(random: Random, profile: Profile, behaviours?: readonly number[]): Command[] {
  const { ADD_ASSET, ADD_SYMBOL, ADD_ACCOUNT, DEPOSIT, OPEN_SESSION } = CommandKind
  const define = (kind: CommandKind, definition: object): Command =>
    commandOf(kind, { text: JSON.stringify(definition) })
  // Mostly a new shard; else one of an older release, whose operator has activated some.
  const isNew = random.chance(80)
  const active = behaviours ?? SUPPORTED_BEHAVIOURS.filter(() => isNew || random.chance(50))
  const commands = [
    ...active.map((value) => commandOf(CommandKind.ACTIVATE_BEHAVIOUR, { value })),
    define(ADD_ASSET, { code: 'BTC', decimals: 2 }),
    define(ADD_ASSET, { code: 'ETH', decimals: 0 }),
    define(ADD_ASSET, { code: 'USD', decimals: profile.large ? 0 : 3 }),
  ]
  const fees = { makerFee: random.pick([0, 1000, 333_333]), takerFee: random.pick([0, 1500, 500_000]) }
  const modes = { defaultSelfTradePrevention: random.pick(Object.keys(SelfTradePrevention)) }
  const decimals = profile.large ? {} : { priceDecimals: 1, quantityDecimals: random.pick([0, 1, 2]) }
  const safer = { selfTradePreventionModes: ['EXPIRE_MAKER', 'EXPIRE_BOTH'], defaultSelfTradePrevention: 'EXPIRE_BOTH' }
  commands.push(define(ADD_SYMBOL, listing('BTCUSD', 'BTC', 'USD', { ...fees, ...modes, ...decimals })))
  commands.push(define(ADD_SYMBOL, listing('ETHUSD', 'ETH', 'USD', { makerFee: 77, takerFee: 1 })))
  commands.push(define(ADD_SYMBOL, listing('BTCETH', 'BTC', 'ETH', safer)))
  for (let account = 1; account <= profile.accounts; account++) {
    commands.push(commandOf(ADD_ACCOUNT, { text: `account ${account}` }))
    for (const asset of [0, 1, 2]) {
      const amount = profile.large ? 2n ** 58n + BigInt(random.next()) : BigInt(random.between(1, profile.funds))
      commands.push(commandOf(DEPOSIT, { account, asset, amount }))
    }
  }
  for (const session of [11, 12]) commands.push(commandOf(OPEN_SESSION, { session }))
  return commands
}
