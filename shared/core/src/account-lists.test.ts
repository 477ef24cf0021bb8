import { expect, test } from 'vitest'
import { CommandKind } from './command.ts'
import { Exchange } from './exchange.ts'
import { commandOf, EPOCH } from '../testing/stream.ts'

function withAccounts(count: number): Exchange {
  const exchange = new Exchange()
  const send = (kind: CommandKind, text: string): void => {
    exchange.output.clear()
    exchange.execute(commandOf(kind, { text }), exchange.sequence + 1, EPOCH)
  }
  for (let account = 1; account <= count; account++) send(CommandKind.ADD_ACCOUNT, `Konto № ${account}`)
  for (const account of [1, count - 1, count]) {
    send(CommandKind.SET_FEES, JSON.stringify({ account, symbol: '', maker: account % 1000, taker: 7 }))
  }
  return exchange
}

test.each([1, 3, 99_998, 99_999, 100_000, 150_000])('a snapshot holds %i accounts', (count) => {
  const exchange = withAccounts(count)
  const restored = Exchange.restore(exchange.snapshot())
  expect(restored.stateHash()).toBe(exchange.stateHash())
  expect(restored.account(count)).toEqual(exchange.account(count))
  expect(restored.account(count)).toMatchObject({ label: `Konto № ${count}`, fees: [{ taker: 7 }] })
  expect(restored.account(count + 1)).toBeUndefined()
})

test('while one text holds the accounts, the previous release can read the snapshot', () => {
  const version = (exchange: Exchange): number | undefined => new Int32Array(exchange.snapshot().buffer, 0, 2)[1]
  expect(version(withAccounts(99_999))).toBe(2)
  expect(version(withAccounts(100_000))).toBe(3)
})
