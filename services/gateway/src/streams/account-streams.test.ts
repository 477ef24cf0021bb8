import { Command, CommandKind, Exchange, Side } from '@uptick/core'
import { expect, test } from 'vitest'
import { testListing } from '../../testing/listing.ts'
import { Catalogue } from '../engine-link/catalogue.ts'
import { FeedMemory } from '../feed/feed-memory.ts'
import { AccountStreams } from './account-streams.ts'
import type { Subscriber } from './subscription.ts'
import { VirtualTime } from '@uptick/runtime/testing'

/** Accounts 1 and 2 with money; their outcomes go to their streams from now on. */
function streaming() {
  const [exchange, catalogue] = [new Exchange(), new Catalogue()]
  const time = new VirtualTime()
  const memory = new FeedMemory({ readPast: () => Promise.reject(new Error('there is no past')), timers: time })
  const link = { catalogue, query: () => Promise.reject(new Error('there is no engine')) }
  const streams = new AccountStreams({ link, memory, clock: time, timers: time })
  const execute = (fields: Partial<Command>): void => {
    exchange.output.clear()
    exchange.execute(Object.assign(new Command(), fields), exchange.sequence + 1, 1_700_000_000_000_000)
    const { sequence, output } = exchange
    const span = { words: output.words.slice(0, output.length), from: 0, to: output.length }
    for (const stage of [memory, streams]) stage.frame({ ...span, first: sequence, last: sequence })
  }
  for (const { code, decimals } of testListing().assets)
    execute({ kind: CommandKind.ADD_ASSET, text: JSON.stringify({ code, decimals }) })
  const [listed] = testListing().symbols
  const { id: _, ...definition } = listed!
  execute({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify(definition) })
  catalogue.replace(exchange.catalogue())
  for (const account of [1, 2]) {
    execute({ kind: CommandKind.ADD_ACCOUNT, text: `account ${account}` })
    for (const asset of [0, 1]) execute({ kind: CommandKind.DEPOSIT, account, asset, amount: 10n ** 15n })
  }
  execute({ kind: CommandKind.OPEN_SESSION, session: 5 })
  const place = (account: number, side: Side, number: number): void =>
    execute({ kind: CommandKind.PLACE, session: 5, number, account, side, price: 6_500_000, quantity: 100_000 })
  return { streams, execute, place, reset: () => streams.restart(), exchange }
}

/** A message of either form. */
interface Told {
  readonly event?: { e: string; X?: string; m?: boolean; B?: { a: string }[] }
  readonly last: number
  readonly events?: readonly unknown[]
}

/** Records the kinds of its events with the status of the order, and the sequences of numbered ones. */
function subscriber(): Subscriber & { readonly heard: string[]; readonly sequences: number[]; restarts: number } {
  const [heard, sequences] = [[] as string[], [] as number[]]
  return {
    heard,
    sequences,
    restarts: 0,
    timeUnit: 'MILLISECOND',
    isCongested: false,
    deliver(text) {
      const { event, last, events } = JSON.parse(text.toString()) as Told
      if (events !== undefined && events.length > 0) sequences.push(last)
      if (event === undefined) return
      if (event.B)
        heard.push(
          `position of ${event.B.map(({ a }) => a)
            .toSorted()
            .join()}`,
        )
      else heard.push(event.X === undefined ? event.e : `${event.X}${event.m ? ' as maker' : ''}`)
    },
    restart() {
      this.restarts++
    },
  }
}

test('an order that trades is sent to both accounts, reports first, then the account’s position', () => {
  const { streams, place, exchange } = streaming()
  const [maker, taker] = [subscriber(), subscriber()]
  streams.follow(1, 0, maker)
  streams.follow(2, 0, taker)
  place(1, Side.SELL, 1)
  streams.resume(2, 1, taker, undefined)
  place(2, Side.BUY, 2)
  expect(maker.heard).toEqual(['NEW', 'position of BTC', 'FILLED as maker', 'position of BTC,USDT'])
  expect(taker.heard).toEqual(['NEW', 'FILLED', 'position of BTC,USDT'])
  expect(new Set(taker.sequences)).toEqual(new Set([exchange.sequence]))
})

test('a reply to a retry is no event: a trade is sent once', () => {
  const { streams, place } = streaming()
  const [maker, taker] = [subscriber(), subscriber()]
  streams.follow(1, 0, maker)
  streams.follow(2, 0, taker)
  place(1, Side.SELL, 1)
  place(2, Side.BUY, 2)
  const before = [maker.heard.length, taker.heard.length]
  place(2, Side.BUY, 2)
  expect([maker.heard.length, taker.heard.length]).toEqual(before)
})

test('a change of funds is sent to its account alone', () => {
  const { streams, execute } = streaming()
  const [mine, other] = [subscriber(), subscriber()]
  streams.follow(1, 0, mine)
  streams.follow(2, 0, other)
  execute({ kind: CommandKind.DEPOSIT, account: 1, asset: 1, amount: 5n })
  expect([mine.heard, other.heard]).toEqual([['balanceUpdate', 'position of USDT'], []])
})

test('a subscriber that left gets nothing, and a gap asks all the others to restart', () => {
  const { streams, execute, reset } = streaming()
  const [left, stays] = [subscriber(), subscriber()]
  const leave = streams.follow(1, 0, left)
  const leaveToo = streams.follow(1, 0, stays)
  leave()
  expect(streams.hub.size).toBe(1)
  execute({ kind: CommandKind.DEPOSIT, account: 1, asset: 1, amount: 5n })
  reset()
  expect([left.heard, left.restarts, stays.restarts]).toEqual([[], 0, 1])
  leaveToo()
  expect(streams.hub.size).toBe(0)
})
