import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, CommandKind, OrderType, outcomeReject, Reject, rejectName, Side } from '@uptick/core'
import { dialWebSockets, parseLinkKeys, provenDial } from '@uptick/link'
import { freePort } from '@uptick/postgres'
import { LinkRole } from '@uptick/protocol'
import { orderPathFlags } from '@uptick/standalone'
import { EngineLink } from '../../../services/gateway/src/engine-link/link.ts'
import { systemClock, systemTimers } from '../../../services/gateway/src/seams.ts'
import { listed } from './feeder.ts'
import { against, type Row } from './row.ts'
import { scratchJournal } from './scratch-journal.ts'
import { progress, quick, report } from './section.ts'
import { Service } from './service.ts'

/** Orders that one command meets, cancels, or starts. */
const ORDERS = quick ? 50_000 : 200_000
const GOAL_MS = 250
/** Between two orders of the trader on the other market. */
const PROBE_MS = 5
const LINK_SECRET = randomBytes(32).toString('hex')
const keys = parseLinkKeys(LINK_SECRET)

const MAKER = 1
const TAKER = 2
const OTHER = 3
const SWEPT = 0
const QUIET = 1
const MIDDLE = 5_000_000

/** A gateway's end of the link, and what is asked on it. */
class Client {
  readonly link: EngineLink

  constructor(url: string, role: LinkRole) {
    this.link = new EngineLink({
      urls: [url],
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
    if (kind === CommandKind.ADD_ASSET) commands.push({ kind, text })
    if (kind !== CommandKind.ADD_SYMBOL) return
    const market = JSON.parse(text) as { filters: object }
    for (const name of ['BTCUSDT', 'ETHUSDT']) {
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

/** The longest that the other market's trader waits for an answer while `work` goes on, ms. */
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

interface Scenario {
  readonly name: string
  readonly prepare: (client: Client) => Promise<void>
  readonly command: Partial<Command>
}

const asks = (spread: boolean) => (client: Client) =>
  placeMany(client, (i) => limit(SWEPT, MAKER, Side.SELL, MIDDLE + (spread ? i : 0)))
const sweep = { ...limit(SWEPT, TAKER, Side.BUY, 2 * MIDDLE), quantity: ORDERS }
const cancels = { kind: CommandKind.CANCEL_ALL, symbol: SWEPT, account: MAKER }

const scenarios: readonly Scenario[] = [
  { name: 'makers at one price', prepare: asks(false), command: sweep },
  { name: 'makers at as many prices', prepare: asks(true), command: sweep },
  { name: 'orders cancelled', prepare: asks(true), command: cancels },
  {
    name: 'stops started',
    async prepare(client) {
      const stop = { ...limit(SWEPT, MAKER, Side.BUY, 0), type: OrderType.STOP_LOSS }
      await placeMany(client, () => ({ ...stop, stopPrice: 3 * MIDDLE }))
      await client.run(limit(SWEPT, MAKER, Side.SELL, 3 * MIDDLE))
    },
    command: limit(SWEPT, TAKER, Side.BUY, 3 * MIDDLE),
  },
]

async function measure(url: string): Promise<Row[]> {
  const [operator, trader, other] = [
    new Client(url, LinkRole.OPERATOR),
    new Client(url, LinkRole.GATEWAY),
    new Client(url, LinkRole.GATEWAY),
  ]
  await list(operator)
  const rows: Row[] = []
  const quiet = await worstWait(other, () => delay(1_000))
  for (const { name, prepare, command } of scenarios) {
    progress(`${ORDERS} ${name}`)
    await prepare(trader)
    const began = performance.now()
    const worst = await worstWait(other, async () => {
      await trader.run(command)
      // Held until the market is free: stops go on after the reply to the order that reached them.
      await trader.run(limit(SWEPT, TAKER, Side.BUY, 1))
    })
    progress(
      `took ${Math.round(performance.now() - began)} ms, others waited ${Math.round(worst)} ms at most, else ${Math.round(quiet)}`,
    )
    const title = `another market's order during ${ORDERS} ${name}`
    rows.push(against(title, worst, 'ms', { name: `${GOAL_MS} ms`, value: GOAL_MS }, 1, 'lower'))
  }
  for (const { link } of [operator, trader, other]) link.close()
  return rows
}

const scratch = await scratchJournal()
const evidence = await mkdtemp(join(tmpdir(), 'uptick-bench-'))
try {
  const port = await freePort()
  const environment = { DATABASE_URL: scratch.url, LINK_PORT: String(port), LINK_SECRET, EVIDENCE_FOLDER: evidence }
  const engine = await Service.start('engine', environment, orderPathFlags)
  report(await measure(`ws://127.0.0.1:${port}/link`))
  await engine.stop()
} finally {
  await scratch.stop()
  await rm(evidence, { recursive: true, force: true })
}
