/* oxlint-disable typescript/no-non-null-assertion -- the bench has made what it reads. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { endsWithUs } from '@uptick/commandline'
import { type Command, CommandKind, OrderType, outcomeReject, Reject, rejectName, Side } from '@uptick/core'
import { dialWebSockets, parseLinkKeys, provenDial } from '@uptick/link'
import { LinkRole } from '@uptick/protocol'
import { EngineLink } from '@uptick/gateway'
import { systemClock, systemTimers } from '@uptick/runtime'
import { listed } from './feeder.ts'
import { startOrderPath, type OrderPath, type Target } from './order-path.ts'
import { against, note, type Row } from './row.ts'
import { cleanly, progress, quick, report } from './section.ts'
import { SignedConnection, type SignedRequest, type Timed } from './signed-connection.ts'

/** Orders that one command matches, cancels, or starts. */
const ORDERS = quick ? 50_000 : 200_000
const GOAL_MS = 250
/** Pause between two orders of the trader on the other market. */
const PROBE_MS = 5

/** Ids as they are given: the path has a trader and a market of its own before them. */
const MAKER = 2
const TAKER = 3
const OTHER = 4
const SWEPT = 1
const QUIET = 2
const MIDDLE = 5_000_000

/** A gateway's end of the link, and questions on it. */
class Client {
  readonly link: EngineLink

  constructor({ linkUrl, linkSecret }: OrderPath, role: LinkRole) {
    const keys = parseLinkKeys(linkSecret)
    this.link = new EngineLink({
      urls: [linkUrl],
      instance: 'bench',
      dial: provenDial(dialWebSockets(), { role, keys: () => keys }),
      clock: systemClock,
      timers: systemTimers,
      random: Math.random,
      log: () => undefined,
      queueMax: 2 * ORDERS,
      holdMs: 120_000,
    })
    this.link.start()
  }

  async run(fields: Partial<Command>): Promise<void> {
    const { words, offset } = await this.link.submit((command) => void Object.assign(command, fields))
    const reject = outcomeReject(words, offset)
    if (reject !== Reject.NONE) throw new Error(`refused: ${rejectName(reject)}`)
  }
}

function limit(symbol: number, account: number, side: Side, price: number): Partial<Command> {
  return { kind: CommandKind.PLACE, symbol, account, side, type: OrderType.LIMIT, price, quantity: 1 }
}

/** Two markets and three traders. */
async function list(operator: Client): Promise<void> {
  const commands: Partial<Command>[] = []
  listed(({ kind, text }) => {
    if (kind !== CommandKind.ADD_SYMBOL) return
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
    const market = JSON.parse(text) as { filters: object }
    for (const name of ['SWEPT', 'QUIET']) {
      const filters = { ...market.filters, maxAlgoOrders: 1_000_000, minNotional: '0' }
      const orderTypes = ['LIMIT', 'MARKET', 'STOP_LOSS']
      commands.push({ kind, text: JSON.stringify({ ...market, name, filters, orderTypes }) })
    }
  })
  for (const account of [MAKER, TAKER, OTHER]) {
    commands.push({ kind: CommandKind.ADD_ACCOUNT, text: `trader ${account}` })
    for (const asset of [0, 1]) commands.push({ kind: CommandKind.DEPOSIT, account, asset, amount: 10n ** 17n })
  }
  for (const command of commands) await operator.run(command)
}

/** The longest wait for an answer of the other market's trader during `work`, ms. */
async function worstWait(other: Client, work: () => Promise<void>): Promise<number> {
  let worst = 0
  const over = new AbortController()
  const done = work().finally(() => over.abort())
  while (!over.signal.aborted) {
    const began = performance.now()
    await other.run(limit(QUIET, OTHER, Side.BUY, MIDDLE))
    worst = Math.max(worst, performance.now() - began)
    await delay(PROBE_MS)
  }
  await done
  return worst
}

async function placeMany(client: Client, order: (i: number) => Partial<Command>): Promise<void> {
  for (let from = 0; from < ORDERS; from += 5_000) {
    await Promise.all(Array.from({ length: Math.min(5_000, ORDERS - from) }, (_, i) => client.run(order(from + i))))
  }
}

/** Keys without limits, so that only the exchange itself makes a client wait. */
async function targets({
  operator,
  trader: { port },
}: OrderPath): Promise<Record<'maker' | 'taker' | 'other', Target>> {
  const target = async (account: number): Promise<Target> => {
    const { apiKey, secret = '' } = await operator.addKey(account, { label: 'bench', type: 'HMAC', unlimited: true })
    return { port, key: apiKey, secret }
  }
  return { maker: await target(MAKER), taker: await target(TAKER), other: await target(OTHER) }
}

const decimal = (units: number, decimals: number): string => (units / 10 ** decimals).toFixed(decimals)

function buy(symbol: string, price: number, quantity = 1): SignedRequest {
  const amounts = { price: decimal(price, 2), quantity: decimal(quantity, 5) }
  const params = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', newOrderRespType: 'FULL', ...amounts }
  return { method: 'POST', path: '/api/v3/order', params }
}

interface Scenario {
  readonly name: string
  readonly prepare: (client: Client) => Promise<void>
  /** The sender, and the request. */
  readonly by: 'maker' | 'taker'
  readonly request: SignedRequest
}

const asks = (spread: boolean) => (client: Client) =>
  placeMany(client, (i) => limit(SWEPT, MAKER, Side.SELL, MIDDLE + (spread ? i : 0)))
const sweep = { by: 'taker', request: buy('SWEPT', 2 * MIDDLE, ORDERS) } as const
const cancels: SignedRequest = { method: 'DELETE', path: '/api/v3/openOrders', params: { symbol: 'SWEPT' } }

const scenarios: readonly Scenario[] = [
  { name: 'makers at one price', prepare: asks(false), ...sweep },
  { name: 'makers at as many prices', prepare: asks(true), ...sweep },
  { name: 'orders cancelled', prepare: asks(true), by: 'maker', request: cancels },
  {
    name: 'stops started',
    async prepare(client) {
      const stop = { ...limit(SWEPT, MAKER, Side.BUY, 0), type: OrderType.STOP_LOSS }
      await placeMany(client, () => ({ ...stop, stopPrice: 3 * MIDDLE }))
      await client.run(limit(SWEPT, MAKER, Side.SELL, 3 * MIDDLE))
    },
    by: 'taker',
    request: buy('SWEPT', 3 * MIDDLE),
  },
]

/** A trader on the other market, over HTTP, that trades all the time. */
class Probe {
  readonly #process: ChildProcess

  constructor(target: Target) {
    const [PROBE_TARGET, PROBE_REQUEST] = [JSON.stringify(target), JSON.stringify(buy('QUIET', MIDDLE))]
    const env = { ...process.env, PROBE_TARGET, PROBE_REQUEST }
    this.#process = fork(new URL('./sweep-probe.ts', import.meta.url), { env })
    endsWithUs(this.#process)
  }

  /** The longest wait during `work`, ms. */
  async during(work: () => Promise<unknown>): Promise<number> {
    this.#process.send('begin')
    await work()
    this.#process.send('end')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
    const [worst] = (await once(this.#process, 'message')) as [number]
    return worst
  }

  stop(): void {
    this.#process.disconnect()
  }
}

interface Waits {
  readonly link: number
  readonly http: number
  /** The trader's own request. */
  readonly own: Timed
  /** An order to the same market, sent right after it: the gateway holds it until the market is free. */
  readonly held: Timed
}

interface Traders {
  readonly other: Client
  readonly probe: Probe
  readonly targets: Readonly<Record<'maker' | 'taker' | 'other', Target>>
}

async function waits({ by, request }: Scenario, { other, probe, targets: at }: Traders): Promise<Waits> {
  const [own, second] = [await SignedConnection.open(at[by]), await SignedConnection.open(at.other)]
  let answers: [Timed, Timed] | undefined
  let link = 0
  const http = await probe.during(async () => {
    link = await worstWait(other, async () => {
      const first = own.call(request)
      await delay(PROBE_MS)
      answers = await Promise.all([first, second.call(buy('SWEPT', 1))])
    })
  })
  for (const connection of [own, second]) connection.close()
  const [mine, held] = answers!
  if (mine.status !== 200) throw new Error(`${mine.status} ${mine.text}`)
  return { link, http, own: mine, held }
}

function rowsOf(name: string, { link, http, own, held }: Waits): Row[] {
  const goal = { name: `${GOAL_MS} ms`, value: GOAL_MS }
  const during = `during ${ORDERS.toLocaleString('en')} ${name}`
  const code = held.status === 200 ? '' : ` (${held.status} ${held.text})`
  return [
    against(`another market's order ${during}`, link, 'ms', goal, 1, 'lower'),
    against('… over HTTP', http, 'ms', goal, 1, 'lower'),
    note(`… the next order of the same market, over HTTP${code}`, held.wholeMs, 'ms', 'lower'),
    note('… the answer to the command itself, first byte', own.firstByteMs, 'ms', 'lower'),
    note(`… whole, ${(own.bytes / 1e6).toFixed(1)} MB`, own.wholeMs, 'ms', 'lower'),
  ]
}

async function measure(path: OrderPath): Promise<Row[]> {
  const roles = [LinkRole.OPERATOR, LinkRole.GATEWAY, LinkRole.GATEWAY]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
  const [operator, trader, other] = roles.map((role) => new Client(path, role)) as [Client, Client, Client]
  await list(operator)
  const keys = await targets(path)
  const probe = new Probe(keys.other)
  const rows: Row[] = []
  const quiet = await probe.during(() => worstWait(other, () => delay(1_000)))
  for (const scenario of scenarios) {
    progress(`${ORDERS} ${scenario.name}`)
    await scenario.prepare(trader)
    const found = await waits(scenario, { other, probe, targets: keys })
    const [link, http, own] = [found.link, found.http, found.own.wholeMs].map(Math.round)
    progress(`took ${own} ms, others waited ${link} ms, over HTTP ${http} ms at most, else ${Math.round(quiet)}`)
    rows.push(...rowsOf(scenario.name, found))
  }
  probe.stop()
  for (const { link } of [operator, trader, other]) link.close()
  return rows
}

await cleanly(measureAll)

async function measureAll(): Promise<void> {
  const path = await startOrderPath()
  try {
    report(await measure(path))
  } finally {
    await path.stop()
  }
}
