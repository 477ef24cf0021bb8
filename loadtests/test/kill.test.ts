import { afterAll, beforeAll, expect, test } from 'vitest'
import { FlowRandom } from '../src/flow/random.ts'
import { Acknowledgements, type SentOrder } from '../src/reconcile/acknowledgements.ts'
import { audit } from '../src/reconcile/audit.ts'
import { acceptedName } from '../src/reconcile/order-record.ts'
import { Siege } from '../testing/siege.ts'

/*
 * kill -9 of one process after another, at random moments, while traders place and cancel orders. After each kill all
 * records are compared. KILL_ROUNDS is the number of kills, and KILL_SEED selects the moments.
 */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 7)
const SEED = Number(process.env['KILL_SEED'] ?? 1)
const VICTIMS = ['leader', 'postgres', 'gateway-1', 'supervisor', 'recorder', 'standby', 'leader'] as const

let siege: Siege
beforeAll(async () => {
  siege = await Siege.begin(SEED)
}, 120_000)
afterAll(() => siege.end(), 120_000)

test(
  `${ROUNDS} processes killed at random moments under load, seed ${SEED}`,
  { timeout: ROUNDS * 60_000 + 60_000 },
  async () => {
    const random = new FlowRandom(SEED)
    let caughtInFlight = 0
    for (let round = 0; round < ROUNDS; round++) {
      const victim = VICTIMS[round % VICTIMS.length]!
      // Asked before the kill, so that what was written by then is told from what was sent again.
      const epoch = await siege.epoch()
      const { findings, outageMs, waiting } = await siege.round(200 + random.below(800), () => kill(victim))
      const written = endsTheEpoch(victim) ? waiting.filter((order) => wasWrittenIn(epoch, order)).length : 0
      if (written > 0) caughtInFlight++
      report(round, victim, outageMs, written)
      expect(findings, `round ${round}, ${victim} killed, seed ${SEED}`).toEqual([])
    }
    // The load is dense enough that kills meet batches whose answers had not left yet.
    process.stdout.write(`${caughtInFlight} of ${ROUNDS} kills met a batch in flight\n`)
    expect(caughtInFlight).toBeGreaterThanOrEqual(Math.floor(ROUNDS / 5))
    expect(siege.witnesses.accounts.every(({ seen }) => seen > 100)).toBe(true)
    // The same from a journal and a file alone, as a proof does that cannot ask the exchange.
    const { told, truth, market } = siege.witnesses
    const { databaseUrl } = siege.exchange.running
    const copy = Acknowledgements.from(JSON.parse(JSON.stringify(told)))
    const { discrepancies, sequence, hash } = await audit({ databaseUrl, market, told: copy, tables: true })
    // Followers of candles have the leader journal its time where nothing trades: a few more commands, which change nothing.
    await truth.advance(sequence)
    expect({ discrepancies, sequence, hash }).toEqual({ discrepancies: [], sequence: truth.sequence, hash: truth.hash })
  },
)

function endsTheEpoch(victim: (typeof VICTIMS)[number]): boolean {
  return victim === 'leader' || victim === 'supervisor'
}

/** The order had no answer when the leader was killed, and yet its batch was in the journal. */
function wasWrittenIn(epoch: number, { account, clientId }: SentOrder): boolean {
  const { truth } = siege.witnesses
  const [orderId = 0] = truth.accepted.get(acceptedName(account, clientId)) ?? []
  return truth.epochs.get(orderId) === epoch
}

async function kill(victim: (typeof VICTIMS)[number]): Promise<void> {
  if (victim !== 'supervisor') {
    process.kill(await siege.processOf(victim), 'SIGKILL')
    return
  }
  const { command } = siege.exchange
  command.process.kill('SIGKILL')
  await command.ended
  await siege.exchange.restart()
}

function report(round: number, victim: string, outageMs: number, written: number): void {
  const { told, truth, stream } = siege.witnesses
  const fates = `${told.count('acknowledged')} acknowledged, ${told.count('refused')} refused, ${told.count('unknown')} unknown`
  process.stdout.write(
    `round ${round + 1}: ${victim} killed, trading again after ${Math.round(outageMs)} ms; ${fates}, ` +
      `${written} written without an answer, ${truth.sequence} commands in the journal, ` +
      `${stream.connections} connections of the stream\n`,
  )
}
