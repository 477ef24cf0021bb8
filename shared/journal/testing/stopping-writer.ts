import { Client } from 'pg'
import { openJournal } from '../src/index.ts'

/*
 * A leader that freezes in the middle of an append, for the tests: `node stopping-writer.ts URL SHARD MODE`.
 * Prints `leading`, appends, stops itself with SIGSTOP; woken up again, it appends once more and prints how each ended.
 *
 * MODE `append`: the statement has been handed to the socket. MODE `lock`: the statement was carried out, but the Sync
 * that commits it was not sent, so that its backend holds the lock of the head row.
 */
const [url = '', shard = '', mode = ''] = process.argv.slice(2)
const journal = openJournal(url, { shard: Number(shard) })
const { epoch, last } = await journal.takeOver()
process.stdout.write('leading\n')

if (mode === 'lock') await lockHead()
const appending = journal.append({ epoch, first: last + 1, last: last + 1, payload: Buffer.alloc(4_000_000, 'x') })
if (mode === 'append') process.kill(process.pid, 'SIGSTOP')
const outcome = await appending.catch(String)
const next = outcome === 'appended' ? last + 2 : last + 1
const again = await journal.append({ epoch, first: next, last: next, payload: Buffer.from('y') }).catch(String)
process.stdout.write(`${JSON.stringify({ outcome, again })}\n`)
await journal.close()

async function lockHead(): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'uptick-journal-writer' })
  client.on('error', () => undefined)
  await client.connect()
  const { connection } = client
  connection.parse({ text: 'UPDATE journal_head SET last = last WHERE shard = $1', name: '', types: [] }, true)
  connection.bind({ portal: '', statement: '', values: [shard] }, true)
  const done = new Promise((resolve) => connection.once('commandComplete', resolve))
  connection.execute({ portal: '' }, true)
  connection.flush()
  await done
  process.kill(process.pid, 'SIGSTOP')
}
