import { Command, CommandKind } from '@uptick/core'
import {
  decodeCommand,
  encodeCommand,
  recordKind,
  RecordWriter,
  recordWords,
  type CommandsFrameView,
} from '@uptick/protocol'
import type { CommandQueue } from './command-queue.ts'

/**
 * Put a frame's commands into the queue as they are, all but one kind: a behaviour that some member, the leader among them, does not know must not
 * become active, so its activation goes in as one of no behaviour at all, which every build refuses in the same way.
 */
export function queueRecords(
  queue: CommandQueue,
  { words, start, end }: CommandsFrameView,
  slot: number,
  isKnown: (behaviour: number) => boolean,
): void {
  let from = start
  for (let at = start; at < end; at += recordWords(words, at)) {
    if (recordKind(words, at) !== CommandKind.ACTIVATE_BEHAVIOUR) continue
    const command = new Command()
    decodeCommand(words, at, command)
    if (isKnown(command.value)) continue
    command.value = 0
    const record = new RecordWriter()
    encodeCommand(command, record)
    queue.addRecords(words, from, at, slot)
    queue.addRecords(record.words, 0, record.length, slot)
    from = at + recordWords(words, at)
  }
  queue.addRecords(words, from, end, slot)
}
