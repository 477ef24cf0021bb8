import { Behaviour, Command, CommandKind, Exchange, OrderType, Side, TimeInForce } from '@uptick/core'
import { expect, test } from 'vitest'
import { testListing } from '../../testing/listing.ts'
import type { FillCause } from '../limits/limits.ts'
import { creditFills } from './fill-credits.ts'

test.each([
  ['older fills', []],
  ['compact fills', [Behaviour.COMPACT_FILLS]],
])('the first fill of an order lowers its account’s count, as maker or as taker: %s', (_fills, behaviours) => {
  const exchange = new Exchange()
  const command = new Command()
  const credits: [account: number, maker: boolean, cause: FillCause][] = []
  const stage = creditFills(
    { session: 7 },
    {
      opened: () => undefined,
      filled: (fills, _outcome, cause) => {
        for (const { account, maker } of fills) credits.push([account, maker, cause])
      },
    },
  )

  const execute = (build: (command: Command) => void): void => {
    command.reset()
    build(command)
    exchange.output.clear()
    const sequence = exchange.sequence + 1
    exchange.execute(command, sequence, 1_700_000_000_000_000 + sequence)
    const { words, length: to } = exchange.output
    stage.frame({ words, from: 0, to, first: sequence, last: sequence })
  }
  const place = (account: number, side: Side, quantity: number, session = 0): void =>
    execute((order) => {
      order.session = session
      order.number = session === 0 ? 0 : 1
      order.kind = CommandKind.PLACE
      order.account = account
      order.side = side
      order.type = OrderType.LIMIT
      order.timeInForce = TimeInForce.GTC
      order.price = 100_00
      order.quantity = quantity
    })

  for (const behaviour of behaviours) {
    execute((activate) => {
      activate.kind = CommandKind.ACTIVATE_BEHAVIOUR
      activate.value = behaviour
    })
  }
  const listing = testListing()
  for (const { code, decimals } of listing.assets) {
    execute((add) => {
      add.kind = CommandKind.ADD_ASSET
      add.text = JSON.stringify({ code, decimals })
    })
  }
  const { id: _id, ...definition } = listing.symbols[0]!
  execute((add) => {
    add.kind = CommandKind.ADD_SYMBOL
    add.text = JSON.stringify(definition)
  })
  for (const account of [1, 2]) {
    execute((add) => {
      add.kind = CommandKind.ADD_ACCOUNT
      add.text = `account ${account}`
    })
    for (const asset of [0, 1]) {
      execute((deposit) => {
        deposit.kind = CommandKind.DEPOSIT
        deposit.account = account
        deposit.asset = asset
        deposit.amount = 1_000_000_000_000n
      })
    }
  }

  place(1, Side.SELL, 10)
  expect(credits).toEqual([])
  place(2, Side.BUY, 4)
  expect(credits.splice(0).toSorted(([a], [b]) => a - b)).toEqual([
    [1, true, 'engine'],
    [2, false, 'engine'],
  ])
  execute((opening) => {
    opening.kind = CommandKind.OPEN_SESSION
    opening.session = 7
  })
  place(2, Side.BUY, 6, 7)
  expect(credits).toEqual([[2, false, 'here']])
})
