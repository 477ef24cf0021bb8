/* oxlint-disable typescript/no-non-null-assertion -- a check would be measured with what is measured. */
import { Command, CommandKind, Exchange, SUPPORTED_BEHAVIOURS, type SymbolDefinition } from '@uptick/core'
import type { OrderFlow } from './order-flow.ts'
import { Op } from './shapes.ts'

export const ACCOUNTS = 1000
/** Outcomes are handed out batch by batch, as the engine does. */
export const BATCH = 1024
export const SESSION = 7

const market: SymbolDefinition = {
  name: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  priceDecimals: 2,
  quantityDecimals: 5,
  filters: {
    minPrice: 1,
    maxPrice: 100_000_000,
    tickSize: 1,
    minQuantity: 1,
    maxQuantity: 900_000_000,
    stepSize: 1,
    marketMinQuantity: 0,
    marketMaxQuantity: 0,
    marketStepSize: 0,
    minNotional: '1',
    maxNotional: '0',
    applyMinToMarket: false,
    applyMaxToMarket: false,
    bidMultiplierUp: 0,
    bidMultiplierDown: 0,
    askMultiplierUp: 0,
    askMultiplierDown: 0,
    averagePriceMinutes: 5,
    maxOrders: 1_000_000,
    maxAlgoOrders: 5,
    maxPosition: 0,
  },
  makerFee: 1000,
  takerFee: 1000,
  orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
  selfTradePreventionModes: ['NONE'],
  defaultSelfTradePrevention: 'NONE',
  status: 'TRADING',
}

/** Executes commands one after the other, all from one gateway session that confirms as it goes. */
export class Feeder {
  readonly exchange = new Exchange()
  readonly command = new Command()
  /** Sees each command with its journaled time before `exchange` executes it. */
  onCommand: ((command: Command, time: number, exchange: Exchange) => void) | undefined
  /** Journaled time, µs: three microseconds a command. */
  #time = 1_700_000_000_000_000
  #number = 0

  execute(): number {
    const { command } = this
    if (command.kind !== CommandKind.OPEN_SESSION) {
      command.number = ++this.#number
      command.confirmed = Math.max(0, this.#number - BATCH)
    }
    command.session = SESSION
    this.#time += 3
    this.onCommand?.(command, this.#time, this.exchange)
    return this.exchange.execute(command, this.exchange.sequence + 1, this.#time)
  }

  /** Start over with `kind`, every field at its default. */
  begin(kind: CommandKind): Command {
    this.command.reset()
    this.command.kind = kind
    return this.command
  }

  require(what: string): void {
    const reject = this.execute()
    if (reject !== 0) throw new Error(`${what}: rejected with ${reject}`)
  }
}

/** An exchange with one market and traders with enough funds for the whole flow. */
export function listed(onCommand?: Feeder['onCommand']): Feeder {
  const feeder = new Feeder()
  feeder.onCommand = onCommand
  feeder.begin(CommandKind.OPEN_SESSION)
  feeder.require('session')
  for (const behaviour of SUPPORTED_BEHAVIOURS) {
    feeder.begin(CommandKind.ACTIVATE_BEHAVIOUR).value = behaviour
    feeder.require(`behaviour ${behaviour}`)
  }
  for (const code of ['BTC', 'USDT']) {
    feeder.begin(CommandKind.ADD_ASSET).text = JSON.stringify({ code, decimals: 8 })
    feeder.require(code)
  }
  feeder.begin(CommandKind.ADD_SYMBOL).text = JSON.stringify(market)
  feeder.require(market.name)
  for (let account = 1; account <= ACCOUNTS; account++) {
    feeder.begin(CommandKind.ADD_ACCOUNT)
    feeder.require('account')
    for (const asset of [0, 1]) {
      const deposit = feeder.begin(CommandKind.DEPOSIT)
      deposit.account = account
      deposit.asset = asset
      deposit.amount = 10n ** 15n
      feeder.require('deposit')
    }
  }
  feeder.exchange.output.clear()
  return feeder
}

/** Set the client id to a prefix and the order's number as eight hexadecimal digits, as bots do. */
export function clientId(command: Command, id: number): void {
  const { clientId: text } = command
  text.words[0] = 0x7074752d
  for (let half = 0; half < 2; half++) {
    let word = 0
    for (let digit = 0; digit < 4; digit++) word |= (0x61 + ((id >>> (half * 16 + digit * 4)) & 15)) << (digit * 8)
    text.words[1 + half] = word
  }
  text.length = 12
}

/** Runs a flow. This is the timed loop: fill the command, execute it, hand out the outcomes of a batch. */
export function feed(feeder: Feeder, flow: OrderFlow, orderIds: Float64Array): number {
  const { command, exchange } = feeder
  let rejected = 0
  let placed = 0
  feeder.begin(CommandKind.PLACE)
  for (let i = 0; i < flow.length; i++) {
    command.account = flow.user[i]!
    if (flow.op[i] === Op.CANCEL) {
      command.kind = CommandKind.CANCEL
      command.targetOrder = orderIds[flow.id[i]!]!
    } else {
      command.kind = CommandKind.PLACE
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
      command.side = flow.side[i] as 0 | 1
      command.price = flow.price[i]!
      command.quantity = flow.quantity[i]!
      clientId(command, flow.id[i]!)
      orderIds[flow.id[i]!] = ++placed
    }
    if (feeder.execute() !== 0) rejected++
    if (i % BATCH === 0) exchange.output.clear()
  }
  return rejected
}
