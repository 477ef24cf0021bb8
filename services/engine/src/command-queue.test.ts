import { Command, CommandKind } from '@uptick/core'
import { recordNumber, recordWords } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { CommandBlock, CommandQueue } from './command-queue.ts'
import { BATCH_COMMANDS_MAX, LINK_WINDOW_MAX, LINK_WINDOW_SLACK, LINKS_MAX, QUEUED_COMMANDS_MAX } from './limits.ts'

const command = new Command()

/** Records numbered `first` … `last`. */
function records(first: number, last: number): CommandBlock {
  const block = new CommandBlock()
  for (let number = first; number <= last; number++) {
    command.kind = CommandKind.TICK
    command.number = number
    block.addInternal(command)
  }
  return block
}

function give(queue: CommandQueue, first: number, last: number, link: number): void {
  const { records: run } = records(first, last)
  queue.addRecords(run.words, 0, run.length, link)
}

function numbers(block: CommandBlock | undefined): number[] {
  const found: number[] = []
  if (!block) return found
  const { words, length } = block.records
  for (let at = 0; at < length; at += recordWords(words, at)) found.push(recordNumber(words, at))
  return found
}

test('commands come out in order of arrival, counted by link', () => {
  const queue = new CommandQueue()
  give(queue, 1, 3, 0)
  give(queue, 4, 5, 7)
  const block = queue.take()
  expect(numbers(block)).toEqual([1, 2, 3, 4, 5])
  expect([block?.byLink[0], block?.byLink[7]]).toEqual([3, 2])
  expect([queue.count, queue.take()]).toEqual([0, undefined])
})

test('a batch is bounded; the rest waits for the next one', () => {
  const queue = new CommandQueue()
  give(queue, 1, 4_000, 0)
  give(queue, 4_001, 8_000, 0)
  expect(numbers(queue.take()).length).toBe(BATCH_COMMANDS_MAX)
  expect(numbers(queue.take())[0]).toBe(BATCH_COMMANDS_MAX + 1)
})

test('the queue reports when it is full', () => {
  const queue = new CommandQueue()
  expect(queue.hasRoom(QUEUED_COMMANDS_MAX, 0)).toBe(true)
  give(queue, 1, 1, 0)
  expect(queue.hasRoom(QUEUED_COMMANDS_MAX, 0)).toBe(false)
})

test('commands of a closed link are dropped, the rest keeps its order', () => {
  const queue = new CommandQueue()
  give(queue, 1, 3, 0)
  give(queue, 10, 12, 1)
  command.number = 99
  queue.addInternal(command)
  give(queue, 4, 4, 0)
  expect(queue.dropLink(1)).toBe(3)
  expect(queue.count).toBe(5)
  expect(numbers(queue.take())).toEqual([1, 2, 3, 99, 4])
})

test('a block that is emptied this way makes no batch', () => {
  const queue = new CommandQueue()
  give(queue, 1, 3, 1)
  queue.dropLink(1)
  expect([queue.count, queue.take()]).toEqual([0, undefined])
})

test('a question waits for what arrived before it, and for nothing else', () => {
  const queue = new CommandQueue()
  const asked: string[] = []
  const ask = (name: string): void => queue.askAfter(() => asked.push(name))
  ask('at once')
  give(queue, 1, BATCH_COMMANDS_MAX, 0)
  ask('after the first block')
  give(queue, 5_000, 5_002, 1)
  ask('after the second block')
  expect(asked).toEqual(['at once'])
  // With what the second block held, its question moves to the first.
  queue.dropLink(1)
  expect(asked).toEqual(['at once'])
  const block = queue.take()!
  for (const question of block.questions.splice(0)) question()
  expect(asked).toEqual(['at once', 'after the first block', 'after the second block'])
  give(queue, 1, 1, 1)
  ask('after what is dropped')
  queue.dropLink(1)
  expect(asked.at(-1)).toBe('after what is dropped')
})

test('links that fill their windows leave room for the window of the last one', () => {
  const queue = new CommandQueue()
  const each = LINK_WINDOW_MAX + LINK_WINDOW_SLACK
  const { records: run } = records(1, each)
  for (let link = 0; link < LINKS_MAX; link++) {
    expect(queue.hasRoom(each, run.length), `link ${link}`).toBe(true)
    queue.addRecords(run.words, 0, run.length, link)
  }
})
