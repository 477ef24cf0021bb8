import { coldStart } from './cold-start.ts'
import { feed } from './feeder.ts'
import { orderFlow } from './order-flow.ts'
import { against } from './row.ts'
import { journaled, scratchJournal } from './scratch-journal.ts'
import { cleanly, progress, quick, report } from './section.ts'

const GOAL_RATE = 1_000_000
const COMMANDS = quick ? 500_000 : 2_000_000

await cleanly(measureAll)

async function measureAll(): Promise<void> {
  progress('starting PostgreSQL')
  const scratch = await scratchJournal()
  try {
    const { journal } = scratch
    progress(`writing a journal of ${COMMANDS} commands`)
    const flow = { ...orderFlow(), length: COMMANDS }
    const written = await journaled(journal, (feeder) => feed(feeder, flow, new Float64Array(flow.id.length + 1)))
    progress('replaying it')
    const { exchange, seconds } = await coldStart(journal)
    if (exchange.runningHash() !== written.runningHash()) throw new Error('the replay came to another state')
    report([
      against(
        `replay of ${COMMANDS.toLocaleString('en')} commands from PostgreSQL`,
        exchange.sequence / seconds,
        'commands/s',
        { name: `${GOAL_RATE.toLocaleString('en')} commands/s`, value: GOAL_RATE },
        1,
      ),
    ])
  } finally {
    await scratch.stop()
  }
}
