import { expect, test } from 'vitest'
import { Command, CommandKind } from './command.ts'
import { EventKind } from './event.ts'
import { EventWriter } from './event-writer.ts'
import { Exchange } from './exchange.ts'
import { Fill } from './fill.ts'
import { ImageStore } from './image-store.ts'
import { readOutcome } from './outcome-reader.ts'
import { Output } from './output.ts'
import { Scenario } from '../testing/table.ts'

const opening = `
  asset BTC
  asset USD
  market BTCUSD BTC USD
  account alice
  account bob
  deposit alice BTC 1000
  deposit bob USD 100000
`
/** One order that takes two makers at one price and two at the next, then another one at that price. */
const trading = `
  place alice BTCUSD sell limit 1 @100
  place alice BTCUSD sell limit 1 @100
  place alice BTCUSD sell limit 1 @101
  place alice BTCUSD sell limit 2 @101
  place bob   BTCUSD buy limit 4 @101
  place bob   BTCUSD buy limit 1 @101
`

/** Runs the lines; trade and aggregate id of every trade. */
function trades(scenario: Scenario, lines: string): [trade: number, aggregate: number][] {
  const ids: [number, number][] = []
  for (const line of lines.split('\n').map((one) => one.trim().replaceAll(/\s+/g, ' '))) {
    if (line === '') continue
    scenario.line(line)
    for (const event of scenario.last?.events ?? []) {
      if (event.kind === EventKind.TRADE) ids.push([event.tradeId, event.aggregateId])
    }
  }
  return ids
}

test('fills of one order at one price in one command are one aggregate; numbers have no gaps', () => {
  const scenario = new Scenario()
  trades(scenario, `activate 5\n${opening}`)
  expect(trades(scenario, trading)).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
  ])
  const restored = Exchange.restore(scenario.lockstep.exchange.snapshot())
  expect(restored.stateHash()).toBe(scenario.lockstep.exchange.stateHash())
  expect(trades(scenario, trading).map(([, aggregate]) => aggregate)).toEqual([4, 4, 5, 5, 6])
})

test('an older journal has no numbers; they start after its last trade when they are activated', () => {
  const scenario = new Scenario()
  trades(scenario, opening)
  expect(trades(scenario, trading).map(([, aggregate]) => aggregate)).toEqual([0, 0, 0, 0, 0])
  trades(scenario, 'activate 5')
  expect(trades(scenario, trading)).toEqual([
    [6, 6],
    [7, 6],
    [8, 7],
    [9, 7],
    [10, 8],
  ])
})

test('a number may lie more than 2^32 behind its trade', () => {
  const output = new Output()
  const images = new ImageStore()
  for (const slot of [0, 1]) images.open(slot, new Command(), slot + 1, 1, true, output.moment)
  const fill = new Fill()
  fill.id = 2 ** 45 + 7
  fill.aggregated = 2 ** 40 + 2 ** 31 + 3
  output.begin(CommandKind.PLACE, 1, 1, 1, 0, 0)
  new EventWriter(output, images).trade({ id: 0, base: 0, quote: 1, updateId: 0 }, 0, 1, false, 0, fill)
  output.end(0)
  expect(readOutcome(output.words, 0).events[0]).toMatchObject({
    tradeId: fill.id,
    aggregateId: fill.id + 1 - fill.aggregated,
    buyerIsMaker: true,
  })
})
