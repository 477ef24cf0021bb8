import { expect, test } from 'vitest'
import { CommandKind, type Command } from './command.ts'
import { Exchange } from './exchange.ts'
import { ACCOUNTS_MAX, ASSETS_MAX, OWN_FEES_MAX, SYMBOLS_MAX } from './listing.ts'
import { Reject, rejectName } from './reject.ts'
import { Behaviour } from './behaviours.ts'
import { listing } from '../testing/listing.ts'
import { commandOf, EPOCH } from '../testing/stream.ts'

// Every bound of what a shard lists is reached, and one more is refused.

function newShard(): { exchange: Exchange; send: (kind: CommandKind, fields: Partial<Command>) => string } {
  const exchange = new Exchange()
  const send = (kind: CommandKind, fields: Partial<Command>): string => {
    exchange.output.clear()
    return rejectName(exchange.execute(commandOf(kind, fields), exchange.sequence + 1, EPOCH))
  }
  send(CommandKind.ACTIVATE_BEHAVIOUR, { value: Behaviour.DOCUMENTED_RULES })
  return { exchange, send }
}

test('assets and symbols', () => {
  const { exchange, send } = newShard()
  const asset = (i: number): string =>
    send(CommandKind.ADD_ASSET, { text: JSON.stringify({ code: `A${i}`, decimals: 8 }) })
  for (let i = 0; i < ASSETS_MAX; i++) if (asset(i) !== 'NONE') expect.fail(`asset ${i}`)
  expect(asset(ASSETS_MAX)).toBe('LIMIT_REACHED')
  const symbol = (i: number): string =>
    send(CommandKind.ADD_SYMBOL, {
      text: JSON.stringify(listing(`S${i}`, `A${i % ASSETS_MAX}`, `A${(i + 1) % ASSETS_MAX}`)),
    })
  for (let i = 0; i < SYMBOLS_MAX; i++) if (symbol(i) !== 'NONE') expect.fail(`symbol ${i}`)
  expect(symbol(SYMBOLS_MAX)).toBe('LIMIT_REACHED')
  const restored = Exchange.restore(exchange.snapshot())
  expect(restored.stateHash()).toBe(exchange.stateHash())
}, 120_000)

test('assets, before the bound of today', () => {
  const exchange = new Exchange()
  const asset = (i: number): string => {
    exchange.output.clear()
    const text = JSON.stringify({ code: `A${i}`, decimals: 8 })
    return rejectName(exchange.execute(commandOf(CommandKind.ADD_ASSET, { text }), exchange.sequence + 1, EPOCH))
  }
  for (let i = 0; i < 65_536; i++) if (asset(i) !== 'NONE') expect.fail(`asset ${i}`)
  expect(asset(65_536)).toBe('LIMIT_REACHED')
}, 120_000)

test('accounts with the longest labels, and rates of their own', () => {
  const { exchange, send } = newShard()
  const text = 'x'.repeat(256)
  expect(send(CommandKind.ADD_ACCOUNT, { text: `${text}x` })).toBe('INVALID_DEFINITION')
  const account = commandOf(CommandKind.ADD_ACCOUNT, { text })
  while (exchange.counts().accounts < ACCOUNTS_MAX) {
    exchange.output.clear()
    const reject = exchange.execute(account, exchange.sequence + 1, EPOCH)
    if (reject !== Reject.NONE) expect.fail(rejectName(reject))
  }
  expect(send(CommandKind.ADD_ACCOUNT, { text })).toBe('LIMIT_REACHED')
  const fees = (id: number): string =>
    send(CommandKind.SET_FEES, { text: `{"account":${id},"symbol":"","maker":1,"taker":2}` })
  for (let id = 1; id <= OWN_FEES_MAX; id++) if (fees(id) !== 'NONE') expect.fail(`fees ${id}`)
  expect(fees(OWN_FEES_MAX + 1)).toBe('LIMIT_REACHED')
  expect(fees(OWN_FEES_MAX)).toBe('NONE')
  const restored = Exchange.restore(exchange.snapshot())
  expect(restored.counts().accounts).toBe(ACCOUNTS_MAX)
  expect(restored.account(ACCOUNTS_MAX)).toEqual(exchange.account(ACCOUNTS_MAX))
  expect(restored.account(OWN_FEES_MAX)).toMatchObject({ label: text, fees: [{ maker: 1, taker: 2 }] })
  expect(restored.runningHash()).toBe(exchange.runningHash())
}, 300_000)
