import { SUPPORTED_BEHAVIOURS } from '../src/behaviours.ts'
import { type Command, CommandKind } from '../src/command.ts'
import { EventKind, type Outcome } from '../src/event.ts'
import { ReplaceMode } from '../src/enums.ts'
import type { ExchangeOptions } from '../src/exchange.ts'
import { Reject, type RejectCode } from '../src/reject.ts'
import * as administration from './naive/administration.ts'
import * as cancel from './naive/cancel.ts'
import { firstReject, orderCombination, orderFields, references } from './naive/checks.ts'
import { flushBalances, flushLevels, rememberedEvents } from './naive/emit.ts'
import * as place from './naive/place.ts'
import { recall, remember } from './naive/retry.ts'
import { sessionCommand, sessionReply } from './naive/session.ts'
import { continueWork, noteWork, touchesBusy } from './naive/steps.ts'
import { startIn, startWaiting, trigger } from './naive/stops.ts'
import { emptyWorld, isBounded, type NaiveReply, type World } from './naive/world.ts'

/** Behaviour 3. */
const DOCUMENTED_RULES = 3

/**
 * The oracle: the same exchange, written for reading. Lists, maps, bigint and sorting; no index, no word layout, no
 * reuse. The property tests hold the production core to its outcomes, event by event.
 */
export class NaiveExchange {
  readonly world: World
  private readonly stepMax: number

  constructor(options: ExchangeOptions = {}) {
    const { shard = 0, supportedBehaviours = SUPPORTED_BEHAVIOURS, retriesMax = 100_000 } = options
    this.stepMax = options.stepWorkMax ?? 1_000
    this.world = emptyWorld(shard, supportedBehaviours, retriesMax)
  }

  /** Execute one command; its outcome, whole. */
  execute(command: Command, sequence: number, time: number): Outcome {
    const world = this.world
    Object.assign(world, {
      sequence,
      time,
      events: [],
      levels: [],
      balances: [],
      stopsStarted: 0,
      stepLeft: this.stepMax,
    })
    const reply = sessionReply(world, command, () => perform(world, command))
    return {
      sequence,
      time,
      kind: command.kind,
      reject: reply.reject,
      session: command.session,
      number: command.number,
      account: command.account,
      repeated: reply.repeated,
      originalSequence: reply.originalSequence,
      events: reply.repeated ? reply.events : world.events,
    }
  }
}

/** Run a command that no memory answered; what is to be remembered of it. */
function perform(world: World, c: Command): NaiveReply {
  world.ownOrders.clear()
  world.stepFrom = world.stepTo = 0
  if (isBounded(world) && touchesBusy(world, c)) return done(world, Reject.MARKET_BUSY)
  const shape = shapeOf(world, c)
  if (shape !== Reject.NONE) return done(world, shape)
  const retried = c.kind === CommandKind.PLACE && c.firstSent !== 0
  if (retried) {
    const known = recall(world, c)
    if (typeof known === 'number') return done(world, known)
    if (known) return { ...known, repeated: true }
  }
  const startsStops = startingKinds.includes(c.kind) && !isBounded(world)
  if (c.kind === CommandKind.CONTINUE && isBounded(world)) continueWork(world)
  if (startsStops) startWaiting(world)
  world.stepFrom = world.events.length
  const result = step(world, c)
  flushLevels(world)
  world.stepTo = world.events.length
  if (startsStops) {
    trigger(world, c.symbol, result.prices)
    startWaiting(world)
  }
  if (isBounded(world)) finish(world, c, result.reject)
  if (result.replace) world.events.push({ kind: EventKind.REPLACE, ...result.replace })
  flushBalances(world)
  const reply = done(world, result.reject)
  if (retried) remember(world, c, reply)
  return reply
}

/** Behaviour 2: what a command did may leave stops to start, and work that goes on. */
function finish(world: World, c: Command, reject: RejectCode): void {
  if (tradingKinds.includes(c.kind)) {
    startIn(world, world.symbols[c.symbol]!)
    noteWork(world, c.symbol)
  }
  if (reject !== Reject.NONE) return
  if (c.kind === CommandKind.CANCEL_ALL || c.kind === CommandKind.SET_SYMBOL_STATUS) noteWork(world, c.symbol)
  const noted = [CommandKind.CANCEL_ACCOUNT, CommandKind.ACTIVATE_BEHAVIOUR] as readonly CommandKind[]
  if (noted.includes(c.kind)) for (const { id } of world.symbols) if (!world.busy.includes(id)) noteWork(world, id)
}

function done(world: World, reject: RejectCode): NaiveReply {
  return { reject, repeated: false, originalSequence: world.sequence, events: rememberedEvents(world) }
}

const tradingKinds: readonly CommandKind[] = [CommandKind.PLACE, CommandKind.CANCEL_REPLACE, CommandKind.AMEND]
const startingKinds: readonly CommandKind[] = [...tradingKinds, CommandKind.CONTINUE]

/** Checks that come before waiting stops start. */
function shapeOf(world: World, c: Command): RejectCode {
  switch (c.kind) {
    case CommandKind.PLACE:
      return firstReject(
        () => place.placeShape(world, c),
        () => (c.firstSent !== 0 && c.clientId.length === 0 ? Reject.INVALID_COMBINATION : Reject.NONE),
      )
    case CommandKind.CANCEL_REPLACE:
      return replaceShape(world, c)
    case CommandKind.AMEND:
      return cancel.amendShape(world, c)
    default:
      return Reject.NONE
  }
}

interface StepResult {
  readonly reject: RejectCode
  /** Prices traded at by the command's own order. */
  readonly prices: readonly number[]
  readonly replace?: { readonly cancel: RejectCode; readonly place: RejectCode; readonly attempted: boolean }
}

function step(world: World, c: Command): StepResult {
  switch (c.kind) {
    case CommandKind.PLACE: {
      const reject = firstReject(
        () => place.placeFilters(world, c),
        () => place.placeCounts(world, c),
      )
      return { reject, prices: reject === Reject.NONE ? place.open(world, place.draft(world, c)) : [] }
    }
    case CommandKind.AMEND: {
      const amended = cancel.amend(world, c)
      return typeof amended === 'number' ? { reject: amended, prices: [] } : { reject: Reject.NONE, prices: amended }
    }
    case CommandKind.CANCEL_REPLACE:
      return replace(world, c)
    default:
      return { reject: (others[c.kind] ?? unknown)(world, c), prices: [] }
  }
}

const nothing = (): RejectCode => Reject.NONE
const unknown = (): RejectCode => Reject.UNKNOWN_COMMAND

/** Commands that trade nothing. */
const others: Partial<Record<CommandKind, (world: World, c: Command) => RejectCode>> = {
  [CommandKind.CANCEL]: cancel.cancel,
  [CommandKind.CANCEL_ALL]: cancel.cancelAll,
  [CommandKind.CANCEL_ACCOUNT]: cancel.cancelAccount,
  [CommandKind.AMEND_KEEP_PRIORITY]: cancel.amendKeepPriority,
  [CommandKind.CONTINUE]: nothing,
  [CommandKind.TICK]: nothing,
  [CommandKind.OPEN_SESSION]: sessionCommand,
  [CommandKind.END_SESSION]: sessionCommand,
  [CommandKind.EXPIRE_SESSION]: sessionCommand,
  [CommandKind.ADD_ASSET]: administration.addAsset,
  [CommandKind.ADD_SYMBOL]: administration.addSymbol,
  [CommandKind.SET_FILTERS]: administration.setFilters,
  [CommandKind.SET_SYMBOL_STATUS]: administration.setSymbolStatus,
  [CommandKind.ADD_ACCOUNT]: administration.addAccount,
  [CommandKind.SET_ACCOUNT_STATUS]: administration.setAccountStatus,
  [CommandKind.SET_FEES]: administration.setFees,
  [CommandKind.DEPOSIT]: administration.moveFunds,
  [CommandKind.WITHDRAW]: administration.moveFunds,
  [CommandKind.IMPORT_BALANCE]: administration.moveFunds,
  [CommandKind.IMPORT_ORDER]: place.importOrder,
  [CommandKind.ACTIVATE_BEHAVIOUR]: administration.activateBehaviour,
}

function replaceShape(world: World, c: Command): RejectCode {
  return firstReject(
    () => references(world, c),
    () => orderFields(c),
    () => cancel.targetFields(c),
    () => (Object.values(ReplaceMode).includes(c.replaceMode) ? Reject.NONE : Reject.INVALID_FIELD),
    () => orderCombination(c),
    () => cancel.targetGiven(c),
  )
}

/** Cancel, then place with what the cancel freed. */
function replace(world: World, c: Command): StepResult {
  const target = cancel.cancellable(world, c)
  const whole = firstReject(
    () => place.placeFilters(world, c),
    () =>
      world.behaviours.has(DOCUMENTED_RULES)
        ? place.replaceBounds(world, c, typeof target === 'number' ? undefined : target)
        : Reject.NONE,
  )
  if (whole !== Reject.NONE) return { reject: whole, prices: [] }
  const cancelled = cancel.cancelTarget(world, c)
  if (cancelled !== Reject.NONE && c.replaceMode === ReplaceMode.STOP_ON_FAILURE) {
    const untried = { cancel: cancelled, place: Reject.NONE, attempted: false }
    return { reject: Reject.REPLACE_CANCEL_FAILED, prices: [], replace: untried }
  }
  const placed = firstReject(
    () => place.postOnlyMatch(world, c),
    () => place.placeCounts(world, c),
  )
  const prices = placed === Reject.NONE ? place.open(world, place.draft(world, c)) : []
  const failures = [cancelled, placed].filter((code) => code !== Reject.NONE).length
  const reject = [Reject.NONE, Reject.REPLACE_PARTIAL, Reject.REPLACE_FAILED][failures]!
  return { reject, prices, replace: { cancel: cancelled, place: placed, attempted: true } }
}
