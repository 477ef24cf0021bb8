import { Command, Exchange, type Outcome, outcomeWords, readOutcome } from '@uptick/core'
import { openJournal } from '@uptick/journal'
import { BatchReader } from '@uptick/protocol'

/**
 * Everything that ever happened, told by the journal alone: its commands, executed anew. Repeated replies are left out:
 * what they tell happened before.
 */
export async function journalOutcomes(databaseUrl: string): Promise<Outcome[]> {
  const journal = openJournal(databaseUrl, { shard: 0 })
  const exchange = new Exchange()
  const command = new Command()
  const reader = new BatchReader()
  const outcomes: Outcome[] = []
  try {
    for await (const { payload } of journal.read(1)) {
      reader.open(payload)
      exchange.output.clear()
      while (reader.next(command)) exchange.execute(command, reader.sequence, reader.time)
      const { words, length } = exchange.output
      for (let at = 0; at < length; at += outcomeWords(words, at)) {
        const outcome = readOutcome(words, at)
        if (!outcome.repeated) outcomes.push(outcome)
      }
    }
  } finally {
    await journal.close()
  }
  return outcomes
}
