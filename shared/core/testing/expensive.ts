import { SUPPORTED_BEHAVIOURS } from '../src/behaviours.ts'
import { Command, CommandKind } from '../src/command.ts'
import { OrderType, SelfTradePrevention, Side, TimeInForce } from '../src/enums.ts'
import { Exchange } from '../src/exchange.ts'
import { listing } from './listing.ts'
import type { Random } from './random.ts'
import { EPOCH } from './stream.ts'

/** What a state is made of in which one command may cost much. Each gene is drawn from a list of values. */
const genes = {
  /** Orders on the side that is met. */
  makers: [10, 1_200, 2_500, 4_000],
  /** Price levels they lie at. */
  prices: [1, 7, 100_000],
  /** Traders they belong to. */
  accounts: [1, 40, 3_000],
  /** Of 100 orders, how many belong to the trader of the probe. */
  own: [0, 10, 50, 100],
  idLength: [0, 8, 36],
  /** Orders carry a strategy: eight words more in every event. */
  strategy: [0, 1],
  /** Units of one order. */
  size: [1, 1_000_003],
  /** Stop orders that the trades of the probe reach, and what they are then. */
  stops: [0, 500, 2_500],
  stopType: [OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT],
  stopTime: [TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK],
  stopSide: [Side.BUY, Side.SELL],
  fee: [0, 1_000],
  mode: Object.values(SelfTradePrevention),
  probe: ['limit', 'ioc', 'fok', 'unfillable', 'market', 'quote', 'amend', 'replace', 'cancel-all', 'cancel-account'],
  side: [Side.BUY, Side.SELL],
} as const

type Genome = { [Gene in keyof typeof genes]: (typeof genes)[Gene][number] }
const names = Object.keys(genes) as (keyof typeof genes)[]

export function drawGenome(random: Random): Genome {
  return Object.fromEntries(names.map((name) => [name, random.pick(genes[name] as readonly unknown[])])) as Genome
}

/** The same but for one or two genes. */
export function mutate(genome: Genome, random: Random): Genome {
  const changed = { ...genome }
  for (let i = random.between(1, 2); i > 0; i--) {
    const name = random.pick(names)
    Object.assign(changed, { [name]: random.pick(genes[name] as readonly unknown[]) })
  }
  return changed
}

/** The dearest command of a probe and its steps. */
export interface Cost {
  readonly bytes: number
  readonly milliseconds: number
  readonly steps: number
}

const TRADER = 1
const MIDDLE = 1_000_000

/** Build the state, send the probe, let its work go on to the end. */
export function costOf(genome: Genome, clock: () => number): Cost {
  const run = new Probe(clock)
  run.open(genome)
  run.fill(genome)
  run.measure()
  run.probe(genome)
  for (run.steps = 1; run.exchange.hasWork(); run.steps++) run.send({ kind: CommandKind.CONTINUE })
  return { bytes: run.bytes, milliseconds: run.milliseconds, steps: run.steps }
}

class Probe {
  readonly exchange = new Exchange()
  bytes = 0
  milliseconds = 0
  steps = 0
  private sequence = 0
  private accounts = 1
  private readonly clock: () => number
  private readonly command = new Command()

  constructor(clock: () => number) {
    this.clock = clock
  }

  send(fields: Partial<Command>, id = ''): number {
    const { exchange, command } = this
    command.reset()
    Object.assign(command, fields)
    command.clientId.set(id)
    exchange.output.clear()
    this.sequence++
    const before = this.clock()
    const reject = exchange.execute(command, this.sequence, EPOCH + this.sequence)
    this.milliseconds = Math.max(this.milliseconds, this.clock() - before)
    this.bytes = Math.max(this.bytes, exchange.output.length * 4)
    return reject
  }

  /** What was so far does not count. */
  measure(): void {
    this.bytes = this.milliseconds = 0
  }

  open({ accounts, fee, mode }: Genome): void {
    for (const value of SUPPORTED_BEHAVIOURS) this.send({ kind: CommandKind.ACTIVATE_BEHAVIOUR, value })
    for (const code of ['BTC', 'USD']) {
      this.send({ kind: CommandKind.ADD_ASSET, text: JSON.stringify({ code, decimals: 0 }) })
    }
    const name = Object.keys(SelfTradePrevention).find((key) => Object(SelfTradePrevention)[key] === mode)!
    const market = listing('BTCUSD', 'BTC', 'USD', { makerFee: fee, takerFee: fee, defaultSelfTradePrevention: name })
    this.send({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify(market) })
    this.accounts = accounts
    for (let account = 1; account <= accounts + 1; account++) {
      this.send({ kind: CommandKind.ADD_ACCOUNT, text: 'a' })
      const amount = account === TRADER ? 2n ** 60n : 2n ** 48n
      for (const asset of [0, 1]) this.send({ kind: CommandKind.DEPOSIT, account, asset, amount })
    }
    // A last price, from which stops are away.
    this.send({ ...limit(2, Side.SELL, MIDDLE), quantity: 1 })
    this.send({ ...limit(2, Side.BUY, MIDDLE), quantity: 1 })
  }

  fill(genome: Genome): void {
    const { makers, prices, own, side, stops, idLength } = genome
    const away = side === Side.BUY ? 1 : -1
    for (let i = 0; i < makers; i++) {
      const account = i % 100 < own ? TRADER : 2 + (i % this.accounts)
      const maker = limit(account, side === Side.BUY ? Side.SELL : Side.BUY, MIDDLE + away * (1 + (i % prices)))
      this.send(
        { ...maker, quantity: genome.size, ...extras(genome) },
        `${i}-`.padEnd(idLength, 'x').slice(0, idLength),
      )
    }
    for (let i = 0; i < stops; i++) {
      const rising = away === 1
      const buys = genome.stopSide === Side.BUY
      const isLoss = rising === buys
      const types = isLoss
        ? [OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT]
        : [OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT]
      const type = genome.stopType === OrderType.STOP_LOSS ? types[0]! : types[1]!
      const price = genome.stopType === OrderType.STOP_LOSS ? 0 : MIDDLE
      const stop = { ...limit(2 + (i % this.accounts), genome.stopSide, price), type, stopPrice: MIDDLE + away }
      const timeInForce = price === 0 ? TimeInForce.GTC : genome.stopTime
      this.send(
        { ...stop, timeInForce, quantity: 3, ...extras(genome) },
        `s${i}-`.padEnd(idLength, 'x').slice(0, idLength),
      )
    }
  }

  probe(genome: Genome): void {
    const { probe, side, makers, size } = genome
    const far = side === Side.BUY ? 2 * MIDDLE : 1
    const order = { ...limit(TRADER, side, far), quantity: makers * size, ...extras(genome) }
    const resting = { ...order, price: side === Side.BUY ? 1 : 3 * MIDDLE }
    const id = 'p'.repeat(36)
    if (probe === 'limit') this.send(order, id)
    else if (probe === 'ioc') this.send({ ...order, timeInForce: TimeInForce.IOC }, id)
    else if (probe === 'fok') this.send({ ...order, timeInForce: TimeInForce.FOK }, id)
    else if (probe === 'unfillable')
      this.send({ ...order, quantity: order.quantity + 1, timeInForce: TimeInForce.FOK }, id)
    else if (probe === 'market') this.send({ ...order, price: 0, type: OrderType.MARKET }, id)
    else if (probe === 'quote')
      this.send({ ...order, price: 0, quantity: 0, quoteQuantity: 2 ** 52, type: OrderType.MARKET }, id)
    else if (probe === 'cancel-all') this.send({ kind: CommandKind.CANCEL_ALL, account: 2 })
    else if (probe === 'cancel-account') this.send({ kind: CommandKind.CANCEL_ACCOUNT, account: TRADER })
    else {
      this.send(resting, id)
      const target = this.exchange.openOrders(TRADER).at(-1)?.orderId ?? 0
      const kind = probe === 'amend' ? CommandKind.AMEND : CommandKind.CANCEL_REPLACE
      this.send({ ...order, kind, targetOrder: target }, `${id.slice(1)}q`)
    }
  }
}

function limit(account: number, side: Side, price: number): Partial<Command> {
  return { kind: CommandKind.PLACE, account, side, type: OrderType.LIMIT, price }
}

function extras({ strategy }: Genome): Partial<Command> {
  return strategy === 0 ? {} : { strategyId: 2 ** 40, strategyType: 1_000_000 }
}

/** Climb from random states to ever dearer ones; the dearest that was found. */
export function searchExpensive(
  random: Random,
  tries: number,
  clock: () => number,
  measure: (cost: Cost) => number,
): { genome: Genome; cost: Cost } {
  let best: { genome: Genome; cost: Cost } | undefined
  for (let i = 0; i < tries; i++) {
    const genome = best === undefined || random.chance(25) ? drawGenome(random) : mutate(best.genome, random)
    const cost = costOf(genome, clock)
    if (best === undefined || measure(cost) > measure(best.cost)) best = { genome, cost }
  }
  return best!
}
