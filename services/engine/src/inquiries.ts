import { encodeAnswer, isAsked, type AnswerTo, type QueryFrame } from '@uptick/protocol'
import type { CommandQueue } from './command-queue.ts'
import type { ReadIndex } from './read-index.ts'
import { ANSWERS_HELD_BYTES_MAX, LINK_ANSWERS_HELD_BYTES_MAX, LINK_ANSWERS_HELD_MAX } from './limits.ts'
import type { Link } from './link-table.ts'
import { answerQuery, type QuerySource } from './queries.ts'
import type { ReplyGate } from './reply-gate.ts'

interface LeadingSource extends QuerySource {
  /** The engine's monotonic clock, ms. */
  readonly elapsed: number
  /** The processes of the shard; the link says what its gateway is. */
  processes(link: Link, body: unknown): AnswerTo<'processes'>
}

/**
 * Questions of gateways to the leader's state. A question is answered when the journal has confirmed that this member
 * leads, and everything that arrived before it is executed, of other links, too: a client must not hear that an order
 * does not exist while the order waits in the queue. The answer leaves when the state that it shows is durable. The
 * clock and the processes are no state, and would be old after any wait: they are read as the answer leaves.
 */
export class Inquiries {
  readonly #source: LeadingSource
  readonly #queue: CommandQueue
  readonly #gate: ReplyGate
  readonly #readIndex: Pick<ReadIndex, 'before'>
  #bytesHeld = 0

  constructor(source: LeadingSource, queue: CommandQueue, gate: ReplyGate, readIndex: Pick<ReadIndex, 'before'>) {
    this.#source = source
    this.#queue = queue
    this.#gate = gate
    this.#readIndex = readIndex
  }

  /** Answer with an error at once where too much waits already. */
  ask(link: Link, { id, body }: QueryFrame): void {
    if (link.answersHeld >= LINK_ANSWERS_HELD_MAX || this.#isFull(link)) return this.#refuse(link, id, 0)
    link.answersHeld++
    if (isAsked(body, 'clock')) return this.#tell(link, id, () => ({ elapsed: this.#source.elapsed }))
    if (isAsked(body, 'processes')) return this.#tell(link, id, () => this.#source.processes(link, body))
    this.#readIndex.before(() => this.#queue.askAfter(() => this.#answer(link, id, body)))
  }

  #tell(link: Link, id: number, read: () => AnswerTo<'clock' | 'processes'>): void {
    this.#gate.hold(0, () => {
      link.answersHeld--
      link.send(answerFrame(id, this.#gate.durable, read()))
    })
  }

  /**
   * The length of an answer is known when it is made: questions that waited together may have too many bytes together.
   */
  #answer(link: Link, id: number, body: unknown): void {
    const { sequence } = this.#source.exchange
    if (this.#isFull(link)) {
      link.answersHeld--
      return this.#refuse(link, id, sequence)
    }
    const answer = answerFrame(id, sequence, answerQuery(this.#source, body))
    this.#bytesHeld += answer.byteLength
    link.answerBytesHeld += answer.byteLength
    this.#gate.hold(sequence, () => {
      link.answersHeld--
      this.#bytesHeld -= answer.byteLength
      link.answerBytesHeld -= answer.byteLength
      link.send(answer)
    })
  }

  #isFull(link: Link): boolean {
    return link.answerBytesHeld >= LINK_ANSWERS_HELD_BYTES_MAX || this.#bytesHeld >= ANSWERS_HELD_BYTES_MAX
  }

  #refuse(link: Link, id: number, sequence: number): void {
    this.#gate.hold(sequence, () => link.send(encodeAnswer(id, this.#gate.durable, { error: 'too many answers wait' })))
  }
}

/** An answer that no frame holds is an answer, too. */
function answerFrame(id: number, sequence: number, answer: unknown): Uint8Array {
  try {
    return encodeAnswer(id, sequence, answer)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return encodeAnswer(id, sequence, { error: 'the answer is longer than a frame' })
  }
}
