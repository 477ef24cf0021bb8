import { Command, CommandKind, Exchange, Side } from '@uptick/core'
import { listing } from '@uptick/core/testing'
import type { Batch } from '@uptick/journal'
import { encodeBatch, encodeCommand, RecordWriter } from '@uptick/protocol'
import { acceptedName, OrderRecord } from '../src/reconcile/order-record.ts'

/** A tenth of what is received, in millionths: sums without fees show. */
const FEE = 100_000
const FUNDS = 1_000_000n

/** `client id, account, side, price, quantity`: a LIMIT order. */
export type PlayedOrder = readonly [
  clientId: string,
  account: number,
  side: 'BUY' | 'SELL',
  price: number,
  quantity: number,
]

/**
 * BTCUSDT without decimals, in which accounts 1 and 2 trade and pay fees, command by command: the state, what a replay
 * writes down of it, and the journal's batches.
 */
export class PlayedMarket {
  readonly market = { symbol: 'BTCUSDT', priceDecimals: 0, quantityDecimals: 0 }
  readonly exchange = new Exchange()
  readonly record = new OrderRecord()
  readonly #command = new Command()
  #records = new RecordWriter()
  #times: number[] = []
  #hashBefore = this.hash
  readonly #onOutcome: (words: Int32Array, length: number) => void

  /** @param onOutcome sees the outcome of every command, from the listing on */
  constructor(onOutcome: (words: Int32Array, length: number) => void = () => undefined) {
    this.#onOutcome = onOutcome
    for (const code of ['BTC', 'USDT'])
      this.execute({ kind: CommandKind.ADD_ASSET, text: JSON.stringify({ code, decimals: 0 }) })
    const listed = listing('BTCUSDT', 'BTC', 'USDT', { makerFee: FEE, takerFee: FEE })
    this.execute({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify(listed) })
    for (const account of [1, 2]) {
      this.execute({ kind: CommandKind.ADD_ACCOUNT, text: `trader ${account}` })
      for (const asset of [0, 1]) this.execute({ kind: CommandKind.DEPOSIT, account, asset, amount: FUNDS })
    }
    this.execute({ kind: CommandKind.WITHDRAW, account: 1, asset: 0, amount: 7n })
  }

  /** The running hash. */
  get hash(): bigint {
    return BigInt.asUintN(64, this.exchange.runningHash())
  }

  /** Executes a command with these fields; the others are at their defaults. */
  execute(fields: Partial<Command>): void {
    const { exchange } = this
    const [sequence, command] = [exchange.sequence + 1, this.#command]
    command.reset()
    Object.assign(command, fields)
    encodeCommand(command, this.#records)
    this.#times.push(sequence)
    exchange.output.clear()
    exchange.execute(command, sequence, sequence)
    const { words, length } = exchange.output
    this.record.collect(words, length, 1, sequence)
    this.#onOutcome(words, length)
  }

  /** @returns the number of the accepted order */
  place(...[clientId, account, side, price, quantity]: PlayedOrder): number {
    const command = new Command()
    command.clientId.set(clientId)
    const fields = { account, side: Side[side], price, quantity, clientId: command.clientId }
    this.execute({ kind: CommandKind.PLACE, ...fields })
    return this.record.accepted.get(acceptedName(account, clientId))?.at(-1) ?? 0
  }

  cancel(account: number, targetOrder: number): void {
    this.execute({ kind: CommandKind.CANCEL, account, targetOrder })
  }

  /** What was executed since the last batch, as its leader of `epoch` journals it. */
  takeBatch(epoch: number, hashBefore = this.#hashBefore): Batch {
    const [records, times, last] = [this.#records, this.#times, this.exchange.sequence]
    const first = last - times.length + 1
    this.#records = new RecordWriter()
    this.#times = []
    this.#hashBefore = this.hash
    const payload = encodeBatch({ firstSequence: first, epoch, hashBefore, records, times, count: times.length })
    return { epoch, first, last, payload }
  }
}
