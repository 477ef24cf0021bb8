import { readFileSync, readdirSync } from 'node:fs'
import { hashesOf, hex, readGolden } from './golden-journal.ts'

/**
 * Replays every golden journal in plain Node, as production runs the core: no test runner, no transform. Prints one line
 * a journal; exits with 1 when a hash differs. Meant for `node --permission --allow-fs-read=…`, which denies files,
 * network, processes and threads to whatever the core might try.
 */
const folder = new URL('golden/', import.meta.url)
for (const file of readdirSync(folder)) {
  const journal = readGolden(readFileSync(new URL(file, folder), 'utf8'))
  const { runningHash, stateHash } = hashesOf(journal)
  const same = runningHash === journal.runningHash && stateHash === journal.stateHash
  process.stdout.write(`${file} ${hex(runningHash)} ${hex(stateHash)} ${same ? 'same' : 'DIFFERENT'}\n`)
  if (!same) process.exitCode = 1
}
