import { decimalText } from '../client/decimal.ts'
import { TradeChecksum } from '../flow/checksum.ts'
import type { FlowMarket } from '../flow/order-command.ts'

/** The result of a replay. */
export class Tally {
  readonly checksum = new TradeChecksum()
  orders = 0
  cancels = 0
  /** Cancels of orders that were not open any more, or unknown: normal in a recording. */
  cancelsTooLate = 0
  /** Orders and cancels refused for any other reason, by its name. */
  readonly rejects = new Map<string, number>()
  trades = 0
  /** In quantity units. */
  volume = 0n
  /** Flow ids of the orders that traded. */
  readonly filled = new Set<number>()
  /** Orders left open at the end. */
  resting = 0
  seconds = 0

  trade(maker: number, taker: number, price: number, quantity: number): void {
    this.trades++
    this.volume += BigInt(quantity)
    this.filled.add(maker)
    this.filled.add(taker)
    this.checksum.add(maker, taker, price, quantity)
  }

  reject(name: string): void {
    this.rejects.set(name, (this.rejects.get(name) ?? 0) + 1)
  }

  get commands(): number {
    return this.orders + this.cancels
  }
}

/**
 * A tally as names and values, for the screen and for JSON. Over the interface the makers of trades are unknown, so
 * their figures are left out.
 */
export function reportOf(tally: Tally, market: FlowMarket, makersKnown: boolean): Record<string, string | number> {
  const rejected = [...tally.rejects.values()].reduce((sum, count) => sum + count, 0)
  return {
    commands: tally.commands,
    orders: tally.orders,
    cancels: tally.cancels,
    'cancels too late': tally.cancelsTooLate,
    rejects: rejected,
    ...Object.fromEntries([...tally.rejects].map(([name, count]) => [`rejected ${name}`, count])),
    trades: tally.trades,
    volume: decimalText(tally.volume, market.quantityDecimals),
    ...(makersKnown ? { 'orders filled': tally.filled.size, checksum: tally.checksum.toString() } : {}),
    'orders resting': tally.resting,
    seconds: Number(tally.seconds.toFixed(3)),
    'commands per second': tally.seconds === 0 ? 0 : Math.round(tally.commands / tally.seconds),
  }
}
