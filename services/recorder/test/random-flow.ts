import {
  Command,
  CommandKind,
  Exchange,
  OrderType,
  Side,
  SUPPORTED_BEHAVIOURS,
  type SymbolDefinition,
  TimeInForce,
} from '@uptick/core'
import { listing } from '@uptick/core/testing'
import type { Batch } from '@uptick/journal'
import { seededRandom } from '@uptick/runtime/testing'
import { RecordWriter, encodeBatch, encodeCommand, skipCommand } from '@uptick/protocol'

const ACCOUNTS = 6

function market(name: string, base: string, quote: string): SymbolDefinition {
  return listing(name, base, quote, { priceDecimals: 2, quantityDecimals: 4, makerFee: 1000, takerFee: 2000 })
}

/** A leader for tests: lists two markets, then places, cancels, deposits and withdraws at random, batch by batch. */
export class RandomFlow {
  readonly exchange = new Exchange({ shard: 0 })
  readonly #random: () => number
  readonly #command = new Command()
  #time = Date.parse('2024-02-28T22:00:00Z') * 1000
  #setUp = false
  /** Sequences that this leader knows to be skipped: journaled as they are, executed as nothing. */
  readonly skips = new Set<number>()
  /** Sees the outcome of every command. */
  onOutcome: (words: Int32Array) => void = () => undefined

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** The next batch, executed here already. The first one lists everything. */
  batch(epoch: number, hashBefore = BigInt.asUintN(64, this.exchange.runningHash())): Batch {
    const records = new RecordWriter()
    const times: number[] = []
    const first = this.exchange.sequence + 1
    const write = (fill: (command: Command) => void): void => {
      this.#command.reset()
      fill(this.#command)
      // Nothing is drawn for activations: the flow of a seed stays the same when there are more behaviours.
      if (this.#command.kind !== CommandKind.ACTIVATE_BEHAVIOUR)
        this.#time += Math.floor(this.#random() ** 8 * 40_000_000)
      times.push(this.#time)
      encodeCommand(this.#command, records)
      if (this.skips.has(this.exchange.sequence + 1)) skipCommand(this.#command)
      this.exchange.output.clear()
      this.exchange.execute(this.#command, this.exchange.sequence + 1, this.#time)
      this.onOutcome(this.exchange.output.words)
    }
    if (this.#setUp) for (let n = 1 + this.#below(40); n > 0; n--) write((command) => this.#any(command))
    else this.#list(write)
    const last = this.exchange.sequence
    const payload = encodeBatch({ firstSequence: first, epoch, hashBefore, records, times, count: times.length })
    return { epoch, first, last, payload }
  }

  #list(write: (fill: (command: Command) => void) => void): void {
    this.#setUp = true
    const add = (kind: CommandKind, text: string): void =>
      write((command) => {
        command.kind = kind
        command.text = text
      })
    for (const behaviour of SUPPORTED_BEHAVIOURS)
      write((command) => {
        command.kind = CommandKind.ACTIVATE_BEHAVIOUR
        command.value = behaviour
      })
    for (const code of ['BTC', 'ETH', 'USDT']) add(CommandKind.ADD_ASSET, JSON.stringify({ code, decimals: 8 }))
    add(CommandKind.ADD_SYMBOL, JSON.stringify(market('BTCUSDT', 'BTC', 'USDT')))
    add(CommandKind.ADD_SYMBOL, JSON.stringify(market('ETHBTC', 'ETH', 'BTC')))
    for (let account = 1; account <= ACCOUNTS; account++) {
      add(CommandKind.ADD_ACCOUNT, `account ${account}`)
      for (let asset = 0; asset < 3; asset++) write((command) => this.#funds(command, account, asset, 10n ** 14n))
    }
    write((command) => {
      command.kind = CommandKind.SET_FEES
      command.account = 1
      command.text = JSON.stringify({ account: 1, symbol: 'BTCUSDT', maker: 0, taker: 500 })
    })
  }

  #any(command: Command): void {
    const dice = this.#random()
    command.account = 1 + this.#below(ACCOUNTS)
    command.symbol = this.#below(2)
    if (dice < 0.7) this.#place(command)
    else if (dice < 0.9) this.#cancel(command)
    else if (dice < 0.93) command.kind = CommandKind.CANCEL_ALL
    else if (dice < 0.96) this.#funds(command, command.account, this.#below(3), BigInt(1 + this.#below(1e9)))
    else if (dice < 0.98) {
      this.#funds(command, command.account, this.#below(3), BigInt(1 + this.#below(1e9)))
      command.kind = CommandKind.WITHDRAW
    } else command.kind = CommandKind.CONTINUE
  }

  #place(command: Command): void {
    command.kind = CommandKind.PLACE
    command.side = this.#random() < 0.5 ? Side.BUY : Side.SELL
    command.quantity = 1 + this.#below(20_000)
    command.clientId.set(this.#random() < 0.3 ? `own-${this.#below(50)}` : `auto-${this.exchange.sequence}`)
    const price = 10_000 + Math.floor((this.#random() - 0.5) * 400)
    const dice = this.#random()
    command.type = OrderType.MARKET
    if (dice < 0.15) return
    command.price = price
    command.type = OrderType.LIMIT_MAKER
    if (dice < 0.25) return
    command.type = OrderType.LIMIT
    command.timeInForce = dice < 0.3 ? TimeInForce.IOC : dice < 0.35 ? TimeInForce.FOK : TimeInForce.GTC
    if (dice < 0.85) return
    command.type = dice < 0.92 ? OrderType.STOP_LOSS_LIMIT : OrderType.TAKE_PROFIT_LIMIT
    command.stopPrice = 10_000 + Math.floor((this.#random() - 0.5) * 400)
  }

  #cancel(command: Command): void {
    command.kind = CommandKind.CANCEL
    const open = this.exchange.openOrders(command.account, command.symbol)
    command.targetOrder = open.length === 0 ? 1 : open[this.#below(open.length)]!.orderId
  }

  #funds(command: Command, account: number, asset: number, amount: bigint): void {
    command.kind = CommandKind.DEPOSIT
    command.account = account
    command.asset = asset
    command.amount = amount
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound)
  }
}
