import {
  CommandKind,
  doubleAt,
  EventKind,
  eachEvent,
  executionAccount,
  executionIsOwn,
  executionOrder,
  executionSymbol,
  isCompact,
  markOwn,
  OUTCOME_HEADER_WORDS,
  OutcomeAt,
  outcomeAccount,
  outcomeKind,
  outcomeWords,
  PreventedAt,
  setTrade,
  tradeOf,
  WorkAt,
  WorkKind,
  wordAt,
} from '@uptick/core'
import type { OutcomeView } from './outcome-view.ts'

/** The memory of a reply grows in such steps within its reservation, which takes addresses but no memory. */
const STEP_BYTES = 1 << 20
const RESERVED_BYTES = 256 << 20
const CANCELS: readonly CommandKind[] = [CommandKind.CANCEL_ALL, CommandKind.CANCEL_ACCOUNT]

/**
 * A reply whose order, or whose cancels, continue in later outcomes of the feed. It takes its events from there. It is
 * complete when no market has work left for it. Then it reads as if one command had done it all.
 */
export class UnfinishedReply {
  /**
   * The reply so far, at the start of memory that grows in place. A reply with 200,000 fills takes 60 MB and more;
   * copying it would make all callers wait.
   */
  #words: Int32Array<ArrayBuffer>
  #length = 0
  #events = 0
  /** The order; 0 for cancels, which are recognised by their account. */
  readonly #order: number
  readonly #account: number
  /** Symbols whose markets still have work for it. */
  readonly #symbols: Set<number>
  /** `Clock.elapsed` when its sender began to wait. */
  readonly since: number
  /** `Clock.elapsed` when its last event came. */
  heardAt: number
  readonly resolve: (outcome: OutcomeView) => void
  readonly reject: (reason: unknown) => void

  /** @param reservedBytes address space to reserve; a longer reply is copied */
  constructor(
    { words, offset }: OutcomeView,
    subject: { readonly order: number; readonly symbols: Set<number> },
    settle: { readonly resolve: (outcome: OutcomeView) => void; readonly reject: (reason: unknown) => void },
    { since, now }: { readonly since: number; readonly now: number },
    reservedBytes = RESERVED_BYTES,
  ) {
    this.#words = growing(reservedBytes)
    this.#order = subject.order
    this.#symbols = subject.symbols
    this.#account = outcomeAccount(words, offset)
    this.resolve = settle.resolve
    this.reject = settle.reject
    this.since = since
    this.heardAt = now
    this.#append(words, offset, OUTCOME_HEADER_WORDS)
    eachEvent(words, offset, (kind, at) => {
      if (kind !== EventKind.LEVEL && kind !== EventKind.BALANCE && kind !== EventKind.WORK) this.#add(words, at)
    })
  }

  /** Take the events that belong to it from a later outcome. Returns true when the reply is complete. */
  follow(words: Int32Array, offset: number, now: number): boolean {
    eachEvent(words, offset, (kind, at) => {
      if (kind === EventKind.EXECUTION && this.#isOwn(words, at)) {
        markOwn(this.#words, this.#addExecution(words, at))
      } else if (kind === EventKind.PREVENTED && doubleAt(words, at + PreventedAt.TAKER_ORDER) === this.#order) {
        this.#add(words, at)
      } else if (kind === EventKind.WORK && this.#symbols.has(wordAt(words, at + WorkAt.SYMBOL))) {
        this.heardAt = now
        if (!this.#isWorkedOn(words, at)) this.#symbols.delete(wordAt(words, at + WorkAt.SYMBOL))
      }
    })
    return this.#symbols.size === 0
  }

  /** The complete reply. */
  outcome(): OutcomeView {
    const words = this.#words.subarray(0, this.#length)
    words[OutcomeAt.WORDS] = this.#length
    words[OutcomeAt.EVENTS] = this.#events
    return { words, offset: 0 }
  }

  #isOwn(words: Int32Array, at: number): boolean {
    if (this.#order !== 0) return executionOrder(words, at) === this.#order
    return executionAccount(words, at) === this.#account && this.#symbols.has(executionSymbol(words, at))
  }

  #isWorkedOn(words: Int32Array, at: number): boolean {
    const work = words[at + WorkAt.WORK]
    if (this.#order !== 0) return work === WorkKind.ORDER && doubleAt(words, at + WorkAt.ORDER) === this.#order
    return work === WorkKind.CANCELS && words[at + WorkAt.ACCOUNT] === this.#account
  }

  /** Copy an execution, including the TRADE that a compact fill shares; returns its new position. */
  #addExecution(words: Int32Array, at: number): number {
    if (!isCompact(words, at)) return this.#add(words, at)
    const trade = this.#add(words, tradeOf(words, at))
    const to = this.#add(words, at)
    setTrade(this.#words, to, to - trade)
    return to
  }

  /** Copy an event; returns its new position. */
  #add(words: Int32Array, at: number): number {
    this.#events++
    return this.#append(words, at, wordAt(words, at) >>> 8)
  }

  #grow(bytes: number): void {
    let { buffer } = this.#words
    if (bytes > buffer.maxByteLength) {
      const words = growing(Math.max(bytes, 2 * buffer.maxByteLength))
      words.buffer.resize(buffer.byteLength)
      words.set(this.#words)
      this.#words = words
      buffer = words.buffer
    }
    buffer.resize(Math.min(buffer.maxByteLength, Math.ceil(bytes / STEP_BYTES) * STEP_BYTES))
  }

  #append(words: Int32Array, at: number, count: number): number {
    const to = this.#length
    this.#length += count
    if (this.#length > this.#words.length) this.#grow(this.#length * Int32Array.BYTES_PER_ELEMENT)
    this.#words.set(words.subarray(at, at + count), to)
    return to
  }
}

/** An empty array whose memory may grow to `bytesMax`. */
function growing(bytesMax: number): Int32Array<ArrayBuffer> {
  return new Int32Array(new ArrayBuffer(0, { maxByteLength: bytesMax }))
}

/** The part of the reply at `offset` that continues in later outcomes; undefined when the reply is complete. */
export function unfinishedWork({ words, offset }: OutcomeView): { order: number; symbols: Set<number> } | undefined {
  const own = new Set<number>()
  const symbols = new Set<number>()
  const cancels = CANCELS.includes(outcomeKind(words, offset))
  let order = 0
  const end = offset + outcomeWords(words, offset)
  for (let at = offset + OUTCOME_HEADER_WORDS; at < end; at += wordAt(words, at) >>> 8) {
    const kind = wordAt(words, at) & 0xff
    if (kind === EventKind.EXECUTION && executionIsOwn(words, at)) {
      own.add(executionOrder(words, at))
    } else if (kind === EventKind.WORK) {
      const id = doubleAt(words, at + WorkAt.ORDER)
      if (cancels ? words[at + WorkAt.WORK] === WorkKind.CANCELS : own.has(id)) {
        order = id
        symbols.add(wordAt(words, at + WorkAt.SYMBOL))
      }
    }
  }
  return symbols.size === 0 ? undefined : { order, symbols }
}
