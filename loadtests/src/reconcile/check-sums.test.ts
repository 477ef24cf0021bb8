import { expect, test } from 'vitest'
import { PlayedMarket } from '../../testing/played-market.ts'
import { checkSums } from './check-sums.ts'
import type { ExchangeWitness } from './exchange-witness.ts'

const SUMS = ['free', 'locked', 'fees', 'deposits', 'withdrawals'] as const
type Total = Record<string, string>

/** A market with money that is free, locked, paid as a fee and withdrawn. */
function traded(): PlayedMarket {
  const played = new PlayedMarket()
  played.place('maker', 1, 'SELL', 10, 500)
  played.place('taker', 2, 'BUY', 10, 500)
  played.place('resting', 1, 'SELL', 20, 100)
  const { fees, locked, withdrawals } = played.exchange.totals()[0]!
  expect([fees, locked, withdrawals]).toEqual([50n, 100n, 7n])
  return played
}

/** The running engine's answer, after `change` to the sums of BTC. */
function engine({ exchange }: PlayedMarket, change: (total: Total) => void = () => undefined): ExchangeWitness {
  const { assets } = exchange.catalogue()
  const totals = exchange.totals().map((total) => ({
    asset: assets[total.asset]!.code,
    ...Object.fromEntries(SUMS.map((name) => [name, String(total[name])])),
  }))
  change(totals[0]!)
  return { call: () => Promise.reject(new Error('not asked')), totals: () => Promise.resolve({ totals }) }
}

/** The replay, with its sums of BTC changed. */
function replay({ exchange }: PlayedMarket, changes: Partial<Record<(typeof SUMS)[number], bigint>>) {
  const [btc, usdt] = exchange.totals()
  return { exchange: { catalogue: () => exchange.catalogue(), totals: () => [{ ...btc!, ...changes }, usdt!] } }
}

test('an engine and a replay that conserve and agree are right', async () => {
  const played = traded()
  expect(await checkSums(engine(played), played)).toEqual([])
  expect(await checkSums(undefined, played)).toEqual([])
})

test.each(SUMS)('a replay with wrong %s does not conserve money', async (name) => {
  const played = traded()
  const wrong = replay(played, { [name]: played.exchange.totals()[0]![name] + 1n })
  expect(await checkSums(undefined, wrong)).toEqual(['the journal does not conserve BTC'])
})

test('a replay without fees does not conserve money', async () => {
  const played = traded()
  expect(await checkSums(undefined, replay(played, { fees: 0n }))).toEqual(['the journal does not conserve BTC'])
})

test.each(['free', 'locked', 'fees'] as const)(
  'an engine whose %s are one off neither conserves nor agrees',
  async (name) => {
    const played = traded()
    const operator = engine(played, (total) => (total[name] = String(BigInt(total[name]!) + 1n)))
    expect(await checkSums(operator, played)).toEqual([
      'the engine does not conserve BTC',
      "the engine's sums of BTC are not the journal's",
    ])
  },
)

test.each(['deposits', 'withdrawals'])('an engine with wrong %s does not conserve money', async (name) => {
  const played = traded()
  const operator = engine(played, (total) => (total[name] = String(BigInt(total[name]!) + 1n)))
  expect(await checkSums(operator, played)).toEqual(['the engine does not conserve BTC'])
})

test.each([
  ['free', 'locked'],
  ['free', 'fees'],
  ['locked', 'fees'],
] as const)('an engine that has of its %s one unit under %s conserves, but does not agree', async (from, to) => {
  const played = traded()
  const operator = engine(played, (total) => {
    total[from] = String(BigInt(total[from]!) - 1n)
    total[to] = String(BigInt(total[to]!) + 1n)
  })
  expect(await checkSums(operator, played)).toEqual(["the engine's sums of BTC are not the journal's"])
})

test('fees that engine and replay both leave out are missed', async () => {
  const played = traded()
  const operator = engine(played, (total) => (total['fees'] = '0'))
  expect(await checkSums(operator, replay(played, { fees: 0n }))).toEqual([
    'the journal does not conserve BTC',
    'the engine does not conserve BTC',
  ])
})

test('an asset that the engine does not know is missed', async () => {
  const played = traded()
  const operator: ExchangeWitness = {
    ...engine(played),
    totals: () => Promise.resolve({ totals: [] }),
  }
  expect(await checkSums(operator, played)).toEqual([
    "the engine's sums of BTC are not the journal's",
    "the engine's sums of USDT are not the journal's",
  ])
})
