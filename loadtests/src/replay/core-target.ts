import {
  Command,
  CommandKind,
  EventKind,
  Exchange,
  OrderType,
  Reject,
  Side,
  SUPPORTED_BEHAVIOURS,
  TimeInForce,
  TradeAt,
  eachEvent,
  executionOrder,
  rejectName,
  type SymbolDefinition,
} from '@uptick/core'
import { noFilters } from '@uptick/core/testing'
import type { FlowCommand, FlowMarket } from '../flow/order-command.ts'
import { Tally } from './tally.ts'
import type { ReplayTarget } from './target.ts'

/** Far more than any flow trades, and far below the bound of a balance. */
const FUNDS = 10n ** 18n
const SYMBOL = 0

/**
 * The state machine itself, in this process: no journal, no network. One account buys and another one sells, as in a
 * replay through the interface, so that no order matches one of its own account.
 */
export class CoreTarget implements ReplayTarget {
  readonly #exchange = new Exchange()
  readonly #command = new Command()
  readonly #tally = new Tally()
  readonly #orderOf = new Map<number, number>()
  readonly #flowIdOf = new Map<number, number>()
  #buyer = 0
  #seller = 0

  constructor(market: FlowMarket) {
    for (const behaviour of SUPPORTED_BEHAVIOURS) this.#activate(behaviour)
    this.#define(CommandKind.ADD_ASSET, { code: 'BASE', decimals: market.baseDecimals })
    this.#define(CommandKind.ADD_ASSET, { code: 'QUOTE', decimals: market.quoteDecimals })
    this.#define(CommandKind.ADD_SYMBOL, unlimitedSymbol(market))
    this.#buyer = this.#account('buyer', 1)
    this.#seller = this.#account('seller', 0)
  }

  feed(commands: readonly FlowCommand[]): Promise<void> {
    const began = performance.now()
    for (const command of commands) {
      if (command.kind === 'place') this.#place(command)
      else this.#cancel(command)
    }
    this.#tally.seconds += (performance.now() - began) / 1000
    return Promise.resolve()
  }

  finish(): Promise<Tally> {
    const open = [this.#buyer, this.#seller].map((account) => this.#exchange.openOrders(account, SYMBOL).length)
    this.#tally.resting = open.reduce((sum, count) => sum + count, 0)
    return Promise.resolve(this.#tally)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #place(order: FlowCommand & { kind: 'place' }): void {
    const command = this.#command
    command.reset()
    command.kind = CommandKind.PLACE
    command.account = order.side === 'BUY' ? this.#buyer : this.#seller
    command.symbol = SYMBOL
    command.side = order.side === 'BUY' ? Side.BUY : Side.SELL
    command.type = OrderType.LIMIT
    command.timeInForce = TimeInForce.GTC
    command.price = order.price
    command.quantity = order.quantity
    this.#tally.orders++
    const reject = this.#execute()
    if (reject !== Reject.NONE) this.#tally.reject(rejectName(reject))
    else this.#read(order.id)
  }

  #cancel(order: FlowCommand): void {
    const target = this.#orderOf.get(order.id)
    this.#tally.cancels++
    if (target === undefined) {
      this.#tally.cancelsTooLate++
      return
    }
    const command = this.#command
    command.reset()
    command.kind = CommandKind.CANCEL
    command.account = order.side === 'BUY' ? this.#buyer : this.#seller
    command.symbol = SYMBOL
    command.targetOrder = target
    const reject = this.#execute()
    if (reject === Reject.UNKNOWN_ORDER) this.#tally.cancelsTooLate++
    else if (reject !== Reject.NONE) this.#tally.reject(rejectName(reject))
  }

  /** Read the order's id from its first event, and the trades from theirs. */
  #read(flowId: number): void {
    const { words, doubles } = this.#exchange.output
    let known = false
    eachEvent(words, 0, (kind, at) => {
      if (kind === EventKind.EXECUTION && !known) {
        const orderId = executionOrder(words, at)
        known = true
        this.#orderOf.set(flowId, orderId)
        this.#flowIdOf.set(orderId, flowId)
      } else if (kind === EventKind.TRADE) {
        const double = (field: number): number => doubles[(at + field) >> 1] ?? Number.NaN
        const maker = this.#flowIdOf.get(double(TradeAt.MAKER_ORDER)) ?? 0
        this.#tally.trade(maker, flowId, double(TradeAt.PRICE), double(TradeAt.QUANTITY))
      }
    })
  }

  #define(kind: CommandKind, definition: object): void {
    this.#command.reset()
    this.#command.kind = kind
    this.#command.text = JSON.stringify(definition)
    this.#administer()
  }

  #activate(behaviour: number): void {
    this.#command.reset()
    this.#command.kind = CommandKind.ACTIVATE_BEHAVIOUR
    this.#command.value = behaviour
    this.#administer()
  }

  #account(label: string, asset: number): number {
    this.#command.reset()
    this.#command.kind = CommandKind.ADD_ACCOUNT
    this.#command.text = label
    this.#administer()
    const account = asset === 1 ? 1 : 2
    this.#command.reset()
    this.#command.kind = CommandKind.DEPOSIT
    this.#command.account = account
    this.#command.asset = asset
    this.#command.amount = FUNDS
    this.#administer()
    return account
  }

  #administer(): void {
    const reject = this.#execute()
    if (reject !== Reject.NONE) throw new Error(`the market could not be prepared: ${rejectName(reject)}`)
  }

  #execute(): number {
    const { sequence } = this.#exchange
    this.#exchange.output.clear()
    // One command per µs: journaled time is an input like any other, and a replay is the same every time.
    return this.#exchange.execute(this.#command, sequence + 1, sequence + 1)
  }
}

function unlimitedSymbol(market: FlowMarket): SymbolDefinition {
  const largest = Number.MAX_SAFE_INTEGER
  return {
    name: 'BASEQUOTE',
    base: 'BASE',
    quote: 'QUOTE',
    priceDecimals: market.priceDecimals,
    quantityDecimals: market.quantityDecimals,
    filters: {
      ...noFilters,
      minPrice: 1,
      maxPrice: largest,
      tickSize: 1,
      minQuantity: 1,
      maxQuantity: largest,
      stepSize: 1,
    },
    makerFee: 0,
    takerFee: 0,
    orderTypes: ['LIMIT'],
    selfTradePreventionModes: ['NONE'],
    defaultSelfTradePrevention: 'NONE',
    status: 'TRADING',
  }
}
