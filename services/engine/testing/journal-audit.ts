import {
  Command,
  CommandKind,
  Exchange,
  outcomeKind,
  outcomeNumber,
  outcomeReject,
  outcomeRepeated,
  outcomeSession,
  outcomeWords,
  Reject,
} from '@uptick/core'
import type { StoredBatch } from '@uptick/journal'
import { BatchReader } from '@uptick/protocol'
import { checksum, type SessionClient } from './session-client.ts'

const REFUSED: ReadonlySet<number> = new Set([Reject.SESSION_UNKNOWN, Reject.SESSION_GAP, Reject.REPLY_FORGOTTEN])

/** Hears of every command that the audit has executed; the exchange's output holds its outcome. */
export type ReplayListener = (command: Command, sequence: number, time: number, batch: StoredBatch) => void

/** What a cold replay of the whole journal says happened. */
export class JournalAudit {
  /** What must not be. */
  readonly violations: string[] = []
  /** Checksums of the outcomes' words by sequence − 1. */
  readonly outcomes: number[] = []
  /** Running hash after each batch, by its last sequence. */
  readonly hashes = new Map<number, bigint>()
  readonly exchange: Exchange
  /** Sequence by session and number of what was executed, not repeated. */
  readonly #executed = new Map<string, number>()
  readonly #listener: ReplayListener
  #epoch = 0

  constructor(exchange: Exchange = new Exchange(), listener: ReplayListener = () => undefined) {
    this.exchange = exchange
    this.#listener = listener
  }

  /** The next batch: sequences without a gap, epochs that never fall (I7), each number once (I3), equal hashes (I8). */
  add(batch: StoredBatch): void {
    const { exchange, violations } = this
    const reader = new BatchReader().open(batch.payload)
    if (batch.first !== exchange.sequence + 1) violations.push(`I7: ${batch.first} follows ${exchange.sequence}`)
    if (batch.epoch < this.#epoch) violations.push(`I7: epoch ${batch.epoch} follows epoch ${this.#epoch}`)
    this.#epoch = batch.epoch
    if (reader.hashBefore !== BigInt.asUintN(64, exchange.runningHash())) {
      violations.push(`I8: before ${batch.first} the writer had another hash`)
    }
    const command = new Command()
    while (reader.next(command)) {
      exchange.output.clear()
      exchange.execute(command, reader.sequence, reader.time)
      this.#look(exchange.output.words, reader.sequence)
      this.#listener(command, reader.sequence, reader.time, batch)
    }
    this.hashes.set(batch.last, exchange.runningHash())
  }

  /** Everything that the client was told is in the journal, where it was told (I2); its feed is the journal's (I9). */
  check(client: SessionClient, session: number): string[] {
    const violations = [...client.violations]
    for (const [number, { sequence }] of client.replies) {
      const executed = this.#executed.get(`${session} ${number}`)
      if (executed !== sequence)
        violations.push(`I2: number ${number} was acknowledged at ${sequence}, is at ${executed}`)
    }
    for (const [index, sum] of client.fed.entries()) {
      if (this.outcomes[index] !== sum) {
        violations.push(`I9: sequence ${index + 1} was fed with another outcome`)
        break
      }
    }
    return violations
  }

  #look(words: Int32Array, sequence: number): void {
    this.outcomes.push(checksum(words, 0, outcomeWords(words, 0)))
    const isNumbered = outcomeSession(words, 0) !== 0 && outcomeKind(words, 0) !== CommandKind.OPEN_SESSION
    // A number out of its order, or long answered, is refused, and nothing is executed.
    const isRefused = REFUSED.has(outcomeReject(words, 0))
    if (!isNumbered || isRefused || outcomeRepeated(words, 0)) return
    const key = `${outcomeSession(words, 0)} ${outcomeNumber(words, 0)}`
    const before = this.#executed.get(key)
    if (before !== undefined) this.violations.push(`I3: ${key} was executed at ${before} and ${sequence}`)
    this.#executed.set(key, sequence)
  }
}
