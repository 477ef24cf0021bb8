import { Command, CommandKind, Exchange } from '@uptick/core'
import { encodeBatch, encodeCommand, RecordWriter } from '@uptick/protocol'
import type { JournalStore } from './journal-store.ts'

/** Give an empty store a journal that an older release began: one command, and no behaviour is active. */
export function beginHistory(store: JournalStore): void {
  const command = new Command()
  command.kind = CommandKind.TICK
  const records = new RecordWriter()
  encodeCommand(command, records)
  const epoch = ++store.epoch
  const hashBefore = new Exchange().runningHash()
  const payload = encodeBatch({ firstSequence: 1, epoch, hashBefore, records, times: [1], count: 1 })
  store.batches.push({ epoch, first: 1, last: 1, payload: Buffer.from(payload), claim: 0 })
  store.last = store.furthest = 1
}
