import { describe, expect, test } from 'vitest'
import { SUPPORTED_BEHAVIOURS, Behaviour } from './behaviours.ts'
import { CommandKind } from './command.ts'
import { idWords } from './output.ts'
import {
  copyImage,
  eachEvent,
  EventKind,
  Exchange,
  executionAccount,
  executionIsMaker,
  executionOrder,
  executionStatus,
  executionSymbol,
  type ExecutionEvent,
  ExecutionType,
  IMAGE_WORDS,
  isFirstFill,
  type OrderImage,
  outcomeVersion,
  readEvent,
  readImage,
  readOutcome,
  type TradeEvent,
} from './index.ts'
import { market } from '../testing/opening.ts'
import { record } from '../testing/recording.ts'
import { commandOf, EPOCH } from '../testing/stream.ts'
import { profiles } from '../testing/stream-profiles.ts'
import { Scenario } from '../testing/table.ts'

const { COMPACT_FILLS } = Behaviour
const EARLIER = SUPPORTED_BEHAVIOURS.filter((behaviour) => behaviour !== COMPACT_FILLS)
const names = Object.keys(profiles) as (keyof typeof profiles)[]
const { EXECUTION, TRADE } = EventKind
const { ACTIVATE_BEHAVIOUR } = CommandKind

/** Bytes of the client id, and of what few orders have: quote quantity, stop price, prevented quantity, strategy. */
function tailBytes({ clientId, quoteQuantity, stopPrice, prevented, strategyId }: OrderImage): number {
  const hasExtras = [quoteQuantity, stopPrice, prevented, strategyId].some((extra) => extra !== 0)
  return 4 * idWords(clientId.length) + (hasExtras ? 32 : 0)
}

/** Bytes of each trade in the last outcome – the trade and its two fills – without the tails of the orders. */
function bytesOfTrades({ output: { words } }: Exchange): number[] {
  const trades: number[] = []
  eachEvent(words, 0, (kind, at) => {
    const bytes = 4 * (words[at]! >>> 8)
    if (kind === TRADE) trades.push(bytes)
    else if (kind === EXECUTION) {
      const event = readEvent(words, at) as ExecutionEvent
      if (event.execution === ExecutionType.TRADE) trades[trades.length - 1]! += bytes - tailBytes(event.order)
    }
  })
  return trades
}

describe('a trade', () => {
  /** The second of these orders of Bob trades; returns the bytes of its outcome's trade. */
  const bytes = (first: string, second: string): number[] => {
    const scenario = new Scenario()
    const lines = `${market}\n place alice BTCUSD sell ${first}\n place bob BTCUSD buy ${second}`.split('\n')
    for (const line of lines.map((one) => one.trim().replaceAll(/\s+/g, ' '))) if (line !== '') scenario.line(line)
    return bytesOfTrades(scenario.lockstep.exchange)
  }

  test('takes 208 bytes beside client ids', () => {
    expect(bytes('limit 1 @100', 'limit 1 @100')).toEqual([208])
    expect(bytes('limit 2 @100 id=one', 'limit 1 @101 id=a-client-id-of-thirty-six-characters')).toEqual([208])
  })

  test('takes 16 more for an order with a strategy type, or that did not work from the beginning', () => {
    expect(bytes('limit 1 @100 strategy-type=1000000', 'limit 1 @100')).toEqual([224])
    expect(bytes('limit 1 @100 strategy-type=1000000', 'limit 1 @100 strategy-type=1000000')).toEqual([240])
  })
})

/** Readers of the words of an execution return what the decoded execution has. */
function checkReaders(words: Int32Array, at: number, event: ExecutionEvent, trade: TradeEvent | undefined): void {
  const whole = new Int32Array(IMAGE_WORDS)
  copyImage(words, at, whole, 0)
  expect(readImage(whole, 0)).toEqual(event.order)
  expect({
    account: executionAccount(words, at),
    symbol: executionSymbol(words, at),
    orderId: executionOrder(words, at),
    status: executionStatus(words, at),
  }).toEqual({
    account: event.order.account,
    symbol: event.order.symbol,
    orderId: event.order.orderId,
    status: event.order.status,
  })
  expect(executionIsMaker(words, at)).toBe(event.maker)
  const isTrade = event.execution === ExecutionType.TRADE
  expect(isFirstFill(words, at)).toBe(isTrade && event.order.executed === event.lastQuantity)
  if (isTrade) expect(trade?.tradeId).toBe(event.tradeId)
}

function checkOutcome(words: Int32Array): void {
  let trade: TradeEvent | undefined
  eachEvent(words, 0, (_kind, at) => {
    const event = readEvent(words, at)
    if (event.kind === TRADE) trade = event
    else if (event.kind === EXECUTION) checkReaders(words, at, event, trade)
  })
}

describe.each(names)('with and without the behaviour the events are the same: %s', (profile) => {
  test.each([41, 42, 43])('seed %i', (seed) => {
    const compact = new Exchange()
    const whole = new Exchange({ supportedBehaviours: EARLIER })
    let trades = 0
    const activation = { command: commandOf(ACTIVATE_BEHAVIOUR, { value: COMPACT_FILLS }), time: EPOCH }
    for (const [index, { command, time }] of [activation, ...record(seed, 500, profile)].entries()) {
      for (const exchange of [compact, whole]) {
        exchange.output.clear()
        exchange.execute(command, index + 1, time)
      }
      if (command.kind === ACTIVATE_BEHAVIOUR && command.value === COMPACT_FILLS) continue
      expect(readOutcome(compact.output.words, 0)).toEqual(readOutcome(whole.output.words, 0))
      checkOutcome(compact.output.words)
      checkOutcome(whole.output.words)
      const bytes = bytesOfTrades(compact)
      trades += bytes.length
      expect(Math.max(208, ...bytes)).toBeLessThanOrEqual(240)
    }
    compact.verify()
    const restored = Exchange.restore(compact.snapshot())
    expect(restored.stateHash()).toBe(compact.stateHash())
    expect(trades).toBeGreaterThan(0)
  })
})

test('a layout that readers of the previous release do not know has another version', () => {
  const scenario = new Scenario()
  const version = (line: string): number => {
    scenario.line(line)
    return outcomeVersion(scenario.lockstep.exchange.output.words, 0)
  }
  expect(version('asset BTC')).toBe(1)
  expect(version(`activate ${COMPACT_FILLS}`)).toBe(1)
  expect(version('asset USD')).toBe(2)
  const { exchange } = scenario.lockstep
  const restored = Exchange.restore(exchange.snapshot())
  expect(restored.output.version).toBe(2)
})
