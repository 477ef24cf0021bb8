import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { ControlClient } from '@uptick/standalone'
import { TestExchange } from '@uptick/standalone/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FlowRandom } from '../src/flow/random.ts'
import { Acknowledgements, type SentOrder } from '../src/reconcile/acknowledgements.ts'
import { JournalTruth } from '../src/reconcile/journal-truth.ts'
import { acceptedName } from '../src/reconcile/order-record.ts'
import { reconcile, type Witnesses } from '../src/reconcile/reconcile.ts'
import { StreamWatch } from '../src/reconcile/stream-watch.ts'
import { Traffic, type Trader } from '../src/reconcile/traffic.ts'

/*
 * kill -9 of one process after another, at random moments, while traders place and cancel orders. After each: everybody's
 * story is compared. KILL_ROUNDS and KILL_SEED choose how often and which moments.
 */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 7)
const SEED = Number(process.env['KILL_SEED'] ?? 1)
const VICTIMS = ['leader', 'postgres', 'gateway-1', 'supervisor', 'recorder', 'standby', 'leader'] as const
const TRADERS = 4
const IN_FLIGHT_PER_TRADER = 12
const TRADING_AGAIN_MAX_MS = 30_000
const market = { symbol: 'BTCUSDT', priceDecimals: 2, quantityDecimals: 5 }

let exchange: TestExchange
let witnesses: Witnesses
let traffic: Traffic

beforeAll(async () => {
  exchange = await TestExchange.start()
  const told = new Acknowledgements()
  const traders = await makeTraders()
  const { databaseUrl } = exchange.running
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  pool.on('error', () => undefined)
  const truth = JournalTruth.open(databaseUrl)
  const stream = new StreamWatch(exchange.url, market)
  witnesses = { told, truth, market, operator: exchange.operator, pool, stream }
  const inFlight = IN_FLIGHT_PER_TRADER
  traffic = new Traffic({ url: exchange.url, market, traders, acknowledgements: told, seed: SEED, inFlight })
}, 120_000)

afterAll(async () => {
  await traffic.stop()
  witnesses.stream.close()
  await witnesses.truth.close()
  await witnesses.pool.end()
  await exchange.remove()
}, 120_000)

async function makeTraders(): Promise<Trader[]> {
  const { operator } = exchange
  const traders: Trader[] = []
  for (let index = 0; index < TRADERS; index++) {
    const account = await operator.addAccount(`trader ${index}`)
    await operator.deposit(account, { asset: 'BTC', amount: '100000' })
    await operator.deposit(account, { asset: 'USDT', amount: '10000000000' })
    const { apiKey, secret = '' } = await operator.addKey(account, { label: 'load', type: 'HMAC', unlimited: true })
    traders.push({ account, key: { apiKey, secret } })
  }
  return traders
}

test(
  `${ROUNDS} processes killed at random moments under load, seed ${SEED}`,
  { timeout: ROUNDS * 60_000 + 60_000 },
  async () => {
    const random = new FlowRandom(SEED)
    let caughtInFlight = 0
    for (let round = 0; round < ROUNDS; round++) {
      const victim = VICTIMS[round % VICTIMS.length]!
      traffic.start((account) => witnesses.truth.exchange.openOrders(account).map(({ orderId }) => orderId))
      await delay(200 + random.below(800))
      const epoch = await currentEpoch()
      const waiting = witnesses.told.waiting()
      const began = performance.now()
      await kill(victim)
      await tradingAgain()
      const outage = performance.now() - began
      await traffic.pause()
      witnesses = { ...witnesses, operator: exchange.operator }
      const findings = await reconcile(witnesses)
      const written = endsTheEpoch(victim) ? waiting.filter((order) => wasWrittenIn(epoch, order)).length : 0
      if (written > 0) caughtInFlight++
      report(round, victim, outage, written)
      expect(findings, `round ${round}, ${victim} killed, seed ${SEED}`).toEqual([])
    }
    // The load is dense enough that kills meet batches whose answers had not left yet.
    process.stdout.write(`${caughtInFlight} of ${ROUNDS} kills met a batch in flight\n`)
    expect(caughtInFlight).toBeGreaterThanOrEqual(Math.floor(ROUNDS / 5))
  },
)

/** Of the leader; asked before the kill, so that what was written by then is told from what was sent again. */
async function currentEpoch(): Promise<number> {
  const { engine } = await exchange.operator.call<{ engine: { epoch: number } }>('GET', '/status')
  return engine.epoch
}

function endsTheEpoch(victim: (typeof VICTIMS)[number]): boolean {
  return victim === 'leader' || victim === 'supervisor'
}

/** The order had no answer when the leader was killed, and yet its batch was in the journal. */
function wasWrittenIn(epoch: number, { account, clientId }: SentOrder): boolean {
  const [orderId = 0] = witnesses.truth.accepted.get(acceptedName(account, clientId)) ?? []
  return witnesses.truth.epochs.get(orderId) === epoch
}

async function kill(victim: (typeof VICTIMS)[number]): Promise<void> {
  if (victim !== 'supervisor') {
    process.kill(exchange.running.processes[await nameOf(victim)]!, 'SIGKILL')
    return
  }
  exchange.command.process.kill('SIGKILL')
  await exchange.command.ended
  await exchange.restart()
}

/** Of the process: which engine leads changes with every kill. */
async function nameOf(victim: string): Promise<string> {
  if (victim !== 'leader' && victim !== 'standby') return victim
  const { leader, processes } = await ControlClient.find(exchange.folder).status()
  const standby = processes.find(({ name }) => name.startsWith('engine') && name !== leader)?.name
  return (victim === 'leader' ? leader : standby) ?? victim
}

/** A hundred orders more were acknowledged than at the time of the kill. */
async function tradingAgain(): Promise<void> {
  const { acknowledged } = traffic
  for (const began = performance.now(); traffic.acknowledged < acknowledged + 100; await delay(10))
    if (performance.now() - began > TRADING_AGAIN_MAX_MS)
      throw new Error(`nobody trades:\n${exchange.command.output()}`)
}

function report(round: number, victim: string, outageMs: number, written: number): void {
  const { told, truth, stream } = witnesses
  const fates = `${told.count('acknowledged')} acknowledged, ${told.count('refused')} refused, ${told.count('unknown')} unknown`
  process.stdout.write(
    `round ${round + 1}: ${victim} killed, trading again after ${Math.round(outageMs)} ms; ${fates}, ` +
      `${written} written without an answer, ${truth.sequence} commands in the journal, ` +
      `${stream.connections} connections of the stream\n`,
  )
}
