import { CommandKind } from '@uptick/core'
import { coldStart } from './cold-start.ts'
import { ACCOUNTS, BATCH, clientId, type Feeder } from './feeder.ts'
import { recoveryRows } from './recovery-rows.ts'
import { journaled, scratchJournal } from './scratch-journal.ts'
import { cleanly, progress, quick, report } from './section.ts'

const ORDERS = quick ? 200_000 : 1_000_000
const MID = 5_000_000
const LEVELS = 20_000

/** Resting buy and sell orders on many levels, none of which cross. */
function fill(feeder: Feeder): void {
  const { exchange } = feeder
  const command = feeder.begin(CommandKind.PLACE)
  for (let i = 0; i < ORDERS; i++) {
    const distance = 1 + ((i * 7919) % LEVELS)
    command.account = 1 + (i % ACCOUNTS)
    command.side = i % 2 === 0 ? 0 : 1
    command.price = command.side === 0 ? MID - distance : MID + distance
    command.quantity = 1 + (i % 97)
    clientId(command, i)
    feeder.require('order')
    if (i % BATCH === 0) exchange.output.clear()
  }
}

await cleanly(measureAll)

async function measureAll(): Promise<void> {
  progress('starting PostgreSQL')
  const scratch = await scratchJournal()
  try {
    const { journal } = scratch
    progress(`${ORDERS.toLocaleString('en')} open orders`)
    const written = await journaled(journal, fill)
    const taken = performance.now()
    const bytes = written.snapshot()
    const snapshotMs = performance.now() - taken
    await journal.saveSnapshot({ sequence: written.sequence, bytes })
    progress('recovering')
    const { exchange, seconds } = await coldStart(journal)
    if (exchange.stateHash() !== written.stateHash()) throw new Error('the snapshot holds another state')
    report(recoveryRows({ orders: ORDERS, copyMs: snapshotMs, bytes: bytes.length, seconds }))
  } finally {
    await scratch.stop()
  }
}
