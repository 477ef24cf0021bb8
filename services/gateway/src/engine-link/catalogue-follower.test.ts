import { type Catalogue as Listing, Command, CommandKind, Exchange } from '@uptick/core'
import { listing } from '@uptick/core/testing'
import { expect, test } from 'vitest'
import { CatalogueFollower } from './catalogue-follower.ts'
import { Catalogue } from './catalogue.ts'
import type { Answer } from './query-book.ts'

const DEFINITIONS = [
  [CommandKind.ADD_ASSET, { code: 'BTC', decimals: 8 }],
  [CommandKind.ADD_ASSET, { code: 'USDT', decimals: 8 }],
  [CommandKind.ADD_SYMBOL, listing('BTCUSDT', 'BTC', 'USDT', {})],
] as const

/** A shard that lists a market command by command, and a follower of its catalogue. */
function setUp() {
  const exchange = new Exchange()
  const catalogue = new Catalogue()
  const asked: PromiseWithResolvers<Answer<Listing>>[] = []
  const ask = (): Promise<Answer<Listing>> => {
    asked.push(Promise.withResolvers())
    return asked.at(-1)!.promise
  }
  const follower = new CatalogueFollower(
    catalogue,
    ask,
    () => undefined,
    (run) => run(),
  )
  const outcomes = DEFINITIONS.map(([kind, definition], index) => {
    const command = new Command()
    command.kind = kind
    command.text = JSON.stringify(definition)
    exchange.output.clear()
    exchange.execute(command, index + 1, 1)
    return exchange.output.words.slice(0, exchange.output.length)
  })
  const follow = (sequence: number): void => follower.follow(outcomes[sequence - 1]!, 0, sequence)
  const listed = (): string[] => catalogue.markets.map(({ name }) => name)
  const behaviours = (): readonly number[] => catalogue.behaviours
  return { exchange, follower, asked, follow, listed, behaviours }
}

test('changes from the feed are applied', () => {
  const { follow, listed } = setUp()
  for (const sequence of [1, 2, 3]) follow(sequence)
  expect(listed()).toEqual(['BTCUSDT'])
})

test('the activation of a behaviour is applied', () => {
  const { exchange, follower, behaviours } = setUp()
  const { output } = exchange
  output.clear()
  exchange.execute(Object.assign(new Command(), { kind: CommandKind.ACTIVATE_BEHAVIOUR, value: 6 }), 4, 4)
  follower.follow(output.words, 0, 4)
  expect(behaviours()).toEqual([6])
})

test('a symbol whose assets are unknown waits for the listing that was asked for', async () => {
  const { exchange, follower, asked, follow, listed } = setUp()
  follower.load(() => true)
  follow(3)
  expect(listed()).toEqual([])
  asked[0]!.resolve({ sequence: 3, value: exchange.catalogue() })
  await asked[0]!.promise
  expect(listed()).toEqual(['BTCUSDT'])
})

test('without a listing that was asked for it is an impossible state', async () => {
  const { follower, asked, follow } = setUp()
  follower.load(() => true)
  asked[0]!.resolve({ sequence: 0, value: { assets: [], symbols: [], behaviours: [] } })
  await asked[0]!.promise
  expect(() => follow(3)).toThrow('listed before its assets')
})
