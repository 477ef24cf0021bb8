/* oxlint-disable typescript/no-non-null-assertion -- places are below `count`, and every command comes by here. */
import { copyRecord, encodeCommand, makeLate, RecordWriter, recordWords } from '@uptick/protocol'
import type { Command } from '@uptick/core'
import { BATCH_COMMANDS_MAX, BATCH_WORDS_MAX, LINKS_MAX, QUEUED_COMMANDS_MAX, QUEUED_WORDS_MAX } from './limits.ts'

/** Blocks that are kept for the next batches instead of being left to the garbage collector. */
const SPARE_BLOCKS_MAX = 8

/** Instead of a link: a command of the engine itself. */
const INTERNAL = 0xff

/** The commands of one future batch: their records, one after another, and how many came from each link. */
export class CommandBlock {
  readonly records = new RecordWriter(1 << 14)
  readonly byLink = new Int32Array(LINKS_MAX)
  /** Where each command came from. */
  readonly links = new Uint8Array(BATCH_COMMANDS_MAX)
  /** The deadline of each: `Clock.elapsed`, ms. */
  readonly #deadlines = new Float64Array(BATCH_COMMANDS_MAX)
  /** The earliest deadline. */
  #earliest = Number.POSITIVE_INFINITY
  /** Questions to ask once its commands are executed. */
  readonly questions: (() => void)[] = []
  count = 0

  get isFull(): boolean {
    return this.count >= BATCH_COMMANDS_MAX || this.records.length >= BATCH_WORDS_MAX
  }

  /** Take the record at `at`; returns the offset after it. */
  add(words: Int32Array, at: number, link: number, deadline: number): number {
    if (deadline < this.#earliest) this.#earliest = deadline
    this.#deadlines[this.count] = deadline
    this.links[this.count++] = link
    if (link !== INTERNAL) this.byLink[link]!++
    return copyRecord(words, at, this.records)
  }

  /** Take a command of the engine itself. */
  addInternal(command: Command): void {
    encodeCommand(command, this.records)
    this.#deadlines[this.count] = Number.POSITIVE_INFINITY
    this.links[this.count++] = INTERNAL
  }

  /** Turn commands past their deadline into ones that are not executed; returns their number. */
  makeLate(now: number): number {
    if (now < this.#earliest) return 0
    const { words, length } = this.records
    let late = 0
    for (let at = 0, i = 0; at < length; at += recordWords(words, at), i++) {
      if (this.#deadlines[i]! > now) continue
      makeLate(words, at)
      late++
    }
    return late
  }

  /** The same without the commands of `link`, in `into`, which is empty. */
  copyWithout(link: number, into: CommandBlock): void {
    const { words, length } = this.records
    let at = 0
    for (let i = 0; at < length; i++) {
      const from = this.links[i]!
      if (from === link) at += recordWords(words, at)
      else at = into.add(words, at, from, this.#deadlines[i]!)
    }
    into.questions.push(...this.questions)
  }

  clear(): void {
    this.records.clear()
    this.#earliest = Number.POSITIVE_INFINITY
    this.byLink.fill(0)
    this.questions.length = 0
    this.count = 0
  }
}

/**
 * Commands that wait for the sequencer, in order of arrival, already cut into blocks of at most one batch. Bounded:
 * `hasRoom` says whether more may come.
 */
export class CommandQueue {
  readonly #blocks: CommandBlock[] = []
  readonly #spare: CommandBlock[] = []
  #count = 0
  #words = 0

  /** Commands that wait. */
  get count(): number {
    return this.#count
  }

  /** Whether `commands` more, `words` long together, stay within the bounds. */
  hasRoom(commands: number, words: number): boolean {
    return this.#count + commands <= QUEUED_COMMANDS_MAX && this.#words + words <= QUEUED_WORDS_MAX
  }

  /**
   * Take checked records from `words[start … end)`, from the slot `link`. A command that is not sequenced by `deadline`
   * (`Clock.elapsed`, ms) is not executed.
   */
  addRecords(words: Int32Array, start: number, end: number, link: number, deadline = Number.POSITIVE_INFINITY): void {
    let at = start
    while (at < end) {
      at = this.#open().add(words, at, link, deadline)
      this.#count++
    }
    this.#words += end - start
  }

  /** Take a command of the engine itself. */
  addInternal(command: Command): void {
    const block = this.#open()
    const before = block.records.length
    block.addInternal(command)
    this.#count++
    this.#words += block.records.length - before
  }

  /**
   * Ask once everything that waits now is executed: at once if nothing does. So no client is told that an order does not
   * exist while it waits here.
   */
  askAfter(question: () => void): void {
    const last = this.#blocks.findLast(({ count }) => count > 0)
    if (last) last.questions.push(question)
    else question()
  }

  /** The next batch's commands, or undefined. Give the block back with `recycle`. */
  take(): CommandBlock | undefined {
    let block = this.#blocks.shift()
    while (block?.count === 0) block = this.#blocks.shift()
    if (block) {
      this.#count -= block.count
      this.#words -= block.records.length
    }
    return block
  }

  /** Drop the waiting commands of a closed link: its gateway sends them again. Returns their number. */
  dropLink(link: number): number {
    const before = this.#count
    for (const [index, block] of this.#blocks.entries()) {
      if (block.byLink[link] === 0) continue
      const kept = this.#spare.pop() ?? new CommandBlock()
      block.copyWithout(link, kept)
      this.#count -= block.count - kept.count
      this.#words -= block.records.length - kept.records.length
      this.#blocks[index] = kept
      this.recycle(block)
    }
    this.#moveQuestions()
    return before - this.#count
  }

  recycle(block: CommandBlock): void {
    if (this.#spare.length >= SPARE_BLOCKS_MAX) return
    block.clear()
    this.#spare.push(block)
  }

  /** Those behind a block that is empty now wait for the one before it, if there is any. */
  #moveQuestions(): void {
    let before: CommandBlock | undefined
    for (const block of this.#blocks) {
      if (block.count > 0) before = block
      else if (before) before.questions.push(...block.questions.splice(0))
      else for (const question of block.questions.splice(0)) question()
    }
  }

  #open(): CommandBlock {
    const last = this.#blocks.at(-1)
    if (last && !last.isFull) return last
    const block = this.#spare.pop() ?? new CommandBlock()
    this.#blocks.push(block)
    return block
  }
}
