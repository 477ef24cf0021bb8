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

/** The first kind of command in the frame that its sender may not send; undefined when it may send them all. */
export function forbiddenKind({ words, start, end }: CommandsFrameView, allowed: Uint8Array): number | undefined {
  for (let at = start; at < end; at += recordWords(words, at)) {
    const kind = recordKind(words, at)
    if (allowed[kind] !== 1) return kind
  }
  return undefined
}

/**
 * Put a frame's commands into the queue as they are, all but one kind: a behaviour that some member, the leader among them, does not know must not
 * become active, so its activation goes in as one of no behaviour at all, which every build refuses in the same way.
 */
export function queueRecords(
  queue: CommandQueue,
  { words, start, end, deadline }: CommandsFrameView,
  slot: number,
  supported: () => readonly number[],
): void {
  let from = start
  for (let at = start; at < end; at += recordWords(words, at)) {
    if (recordKind(words, at) !== CommandKind.ACTIVATE_BEHAVIOUR) continue
    const command = new Command()
    decodeCommand(words, at, command)
    if (supported().includes(command.value)) continue
    command.value = 0
    const record = new RecordWriter()
    encodeCommand(command, record)
    queue.addRecords(words, from, at, slot, deadline)
    queue.addRecords(record.words, 0, record.length, slot, deadline)
    from = at + recordWords(words, at)
  }
  queue.addRecords(words, from, end, slot, deadline)
}

/**
 * The first commands of a new shard: it starts with every behaviour that the leader and its standbys know. A shard with
 * a journal keeps its behaviours, until an operator activates more.
 */
export function queueActivations(queue: CommandQueue, behaviours: readonly number[]): void {
  const command = new Command()
  command.kind = CommandKind.ACTIVATE_BEHAVIOUR
  for (const behaviour of behaviours) {
    command.value = behaviour
    queue.addInternal(command)
  }
}
