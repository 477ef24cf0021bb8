import type { Outcome } from '../src/event.ts'
import { OrderStatus } from '../src/enums.ts'
import type { ExchangeOptions } from '../src/exchange.ts'
import { describeOutcome, memberName, orderName } from './describe.ts'
import { Lockstep } from './lockstep.ts'
import { Names, parseCommand } from './parse.ts'
import { EPOCH } from './stream.ts'

/**
 * Run a scenario: one line a command, what it did behind the last `|`. Production and oracle execute every line, and
 * must agree; the invariants are checked after each. Returns the table with the real outcomes in the last column, so
 * that `expect(run(table)).toBe(neat(table))` shows the lines that differ.
 *
 *   +1s place alice BTCUSD sell limit 5 @100 ioc id=a | EXPIRED UNFILLED_IOC_QUANTITY
 *
 * `+5us`, `+3ms`, `+1s`, `+2m` first moves journaled time. Lines without `|` must be accepted. Lookups change nothing:
 * `balance alice BTC`, `book BTCUSD`, `order alice a`, `waiting`, `work`.
 */
export function run(table: string, options?: ExchangeOptions): string {
  const scenario = new Scenario(options)
  return rows(table)
    .map(([command, expected]) => {
      const actual = scenario.line(command)
      if (expected !== undefined) return `${command} | ${actual}`
      if (scenario.last && scenario.last.reject !== 0) return `${command}   was not accepted: ${actual}`
      return command
    })
    .join('\n')
}

/** The table as `run` would return it if every outcome is as expected. */
export function neat(table: string): string {
  return rows(table)
    .map(([command, expected]) => (expected === undefined ? command : `${command} | ${expected}`))
    .join('\n')
}

function rows(table: string): [command: string, expected: string | undefined][] {
  return table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'))
    .map((line) => {
      const at = line.lastIndexOf('|')
      if (at < 0) return [line.replaceAll(/\s+/g, ' '), undefined]
      return [line.slice(0, at).trim().replaceAll(/\s+/g, ' '), line.slice(at + 1).trim()]
    })
}

const units = { us: 1, ms: 1000, s: 1_000_000, m: 60_000_000 } as const

/** A running table. */
export class Scenario {
  readonly names = new Names()
  readonly lockstep: Lockstep
  time = EPOCH
  last: Outcome | undefined

  constructor(options?: ExchangeOptions) {
    this.lockstep = new Lockstep(undefined, options)
  }

  /** Execute or look up one line; its last column. */
  line(line: string): string {
    this.last = undefined
    const rest = this.moveTime(line)
    const [verb, ...given] = rest.split(' ')
    switch (verb) {
      case 'balance':
        return this.balance(given)
      case 'book':
        return this.book(given)
      case 'order':
        return this.order(given)
      case 'work':
        return String(this.lockstep.exchange.hasWork())
      case 'waiting':
        return String(this.lockstep.exchange.counts().waitingStops > 0)
      default:
        this.last = this.lockstep.execute(parseCommand(this.moments(rest), this.names), this.time)
        return describeOutcome(this.last)
    }
  }

  private moveTime(line: string): string {
    const [, amount, unit, rest] = /^\+(\d+)(us|ms|s|m) (.*)$/.exec(line) ?? []
    if (rest === undefined) return line
    this.time += Number(amount) * units[unit as keyof typeof units]
    return rest
  }

  /** `now`, `now-3s`, `now+2m` in a value stand for journaled time. */
  private moments(line: string): string {
    return line.replaceAll(/=now(?:([+-])(\d+)(us|ms|s|m))?/g, (_all, sign: string, amount: string, unit: string) => {
      const away = amount === undefined ? 0 : Number(amount) * units[unit as keyof typeof units]
      return `=${this.time + (sign === '-' ? -away : away)}`
    })
  }

  private balance([account = '', asset = '']: readonly string[]): string {
    const view = this.lockstep.exchange.account(this.names.account(account))
    const id = this.names.asset(asset)
    const balance = view?.balances.find((candidate) => candidate.asset === id)
    return balance ? `${balance.free} free, ${balance.locked} locked` : 'none'
  }

  private book([symbol = '']: readonly string[]): string {
    const { bids, asks } = this.lockstep.exchange.depth(this.names.symbol(symbol), 0)
    const side = (levels: readonly (readonly [number, number])[]): string =>
      levels.map(([price, quantity]) => `${quantity}@${price}`).join(' ') || '-'
    return `${side(bids)} / ${side(asks)}`
  }

  private order([account = '', name]: readonly string[]): string {
    const id = this.names.account(account)
    const { exchange } = this.lockstep
    const orders = exchange.openOrders(id)
    const order = orders.find((candidate) => orderName(candidate) === name)
    if (!order) return 'not open'
    const status = memberName(OrderStatus, order.status)
    const prevented = order.prevented === 0 ? '' : `, ${order.prevented} prevented`
    return `${status} ${order.executed} of ${order.quantity}${prevented}`
  }
}
