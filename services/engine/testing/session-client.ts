import { strict as assert } from 'node:assert'
import {
  Command,
  CommandKind,
  outcomeKind,
  outcomeNumber,
  outcomeOriginalSequence,
  outcomeReject,
  outcomeSequence,
  outcomeSession,
  outcomeWords,
  Reject,
  wordAt,
} from '@uptick/core'
import { CommandsFrame, decodeFrame, encodeHello, FrameType, type Frame, type OutcomesFrame } from '@uptick/protocol'
import type { Clock, Timers } from '@uptick/runtime'
import type { DialMember, MemberSocket } from '../src/seams.ts'

/** From dialling to an open connection, and from there to WELCOME. */
const OPEN_MS_MAX = 300
const WELCOME_MS_MAX = 1_000
/** Commands are unanswered for this long: try another engine. */
const SILENCE_MS_MAX = 1_500
const PAUSE_MS = 20

export interface SessionClientOptions {
  readonly session: number
  readonly urls: readonly string[]
  readonly dial: DialMember
  readonly clock: Clock
  readonly timers: Timers
}

/** An answer as it came first. */
export interface ClientReply {
  readonly reject: number
  /** Where the command was executed. */
  readonly sequence: number
  /** `Clock.elapsed`, ms. */
  readonly at: number
}

/**
 * The smallest client that a change of leader can be tested with: numbers its commands, sends the unanswered ones again
 * to the leader, follows the feed from where it was, and writes down everything that must not be.
 */
export class SessionClient {
  readonly replies = new Map<number, ClientReply>()
  /** What was fed, by sequence: a checksum of the outcome's words. */
  readonly fed: number[] = []
  /** Promises of the engine that were broken. */
  readonly violations: string[] = []
  /** Reasons of the goodbyes, and how often a leader welcomed us. */
  readonly goodbyes: string[] = []
  welcomes = 0
  epoch = 0
  readonly #options: SessionClientOptions
  readonly #unanswered = new Map<number, Partial<Command>>()
  readonly #frame = new CommandsFrame()
  #socket: MemberSocket | undefined
  #isWelcome = false
  #next = 0
  #number = 0
  #told: string | undefined
  #heardAt = 0
  #closed = false
  #listener: () => void = () => undefined

  constructor(options: SessionClientOptions) {
    this.#options = options
    this.#dial()
    this.#watch()
  }

  get unanswered(): number {
    return this.#unanswered.size
  }

  get submitted(): number {
    return this.#number
  }

  /** Called after every frame. */
  onChange(listener: () => void): void {
    this.#listener = listener
  }

  /** Have one command executed, exactly once. Returns its number. */
  submit(fields: Partial<Command>): number {
    if (this.#unanswered.size === 0) this.#heardAt = this.#options.clock.elapsed()
    const number = ++this.#number
    this.#unanswered.set(number, fields)
    if (this.#isWelcome) this.#send([[number, fields]])
    return number
  }

  close(): void {
    this.#closed = true
    this.#hangUp()
  }

  #send(commands: Iterable<readonly [number, Partial<Command>]>, opens = false): void {
    const { session } = this.#options
    const command = new Command()
    this.#frame.begin(session)
    if (opens) {
      command.kind = CommandKind.OPEN_SESSION
      command.session = session
      this.#frame.add(command)
    }
    for (const [number, fields] of commands) {
      command.reset()
      Object.assign(command, fields)
      command.session = session
      command.number = number
      this.#frame.add(command)
    }
    if (this.#frame.count > 0) this.#socket?.send(this.#frame.finish())
  }

  #dial(): void {
    if (this.#closed) return
    const { urls, dial, session, timers } = this.#options
    const url = this.#told ?? urls[this.#next++ % urls.length]
    assert(url !== undefined, 'there is an engine to dial')
    this.#told = undefined
    let isOpen = false
    const socket: MemberSocket = dial(url, {
      opened: () => {
        isOpen = true
        const feedFrom = this.fed.length + 1
        if (this.#socket === socket) socket.send(encodeHello({ instance: `client ${session}`, session, feedFrom }))
      },
      received: (data) => {
        if (this.#socket === socket) this.#receive(decodeFrame(data))
      },
      closed: () => {
        if (this.#socket === socket) this.#lost()
      },
    })
    this.#socket = socket
    timers.after(OPEN_MS_MAX, () => {
      if (this.#socket === socket && !isOpen) this.#lost()
    })
    timers.after(WELCOME_MS_MAX, () => {
      if (this.#socket === socket && !this.#isWelcome) this.#lost()
    })
  }

  #lost(): void {
    this.#hangUp()
    this.#listener()
    this.#options.timers.after(this.#told === undefined ? PAUSE_MS : 0, () => this.#dial())
  }

  #hangUp(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#isWelcome = false
    socket?.close()
  }

  #watch(): void {
    if (this.#closed) return
    this.#options.timers.after(SILENCE_MS_MAX / 4, () => {
      const isSilent = this.#options.clock.elapsed() - this.#heardAt > SILENCE_MS_MAX
      if (this.#isWelcome && this.#unanswered.size > 0 && isSilent) this.#lost()
      this.#watch()
    })
  }

  #receive(frame: Frame): void {
    this.#heardAt = this.#options.clock.elapsed()
    if (frame.type === FrameType.WELCOME) {
      this.#isWelcome = true
      this.welcomes++
      if (frame.epoch < this.epoch) this.violations.push(`epoch ${frame.epoch} welcomes after epoch ${this.epoch}`)
      this.epoch = frame.epoch
      this.#send(this.#unanswered, true)
    } else if (frame.type === FrameType.OUTCOMES) this.#follow(frame)
    else if (frame.type === FrameType.GOODBYE) this.#leave(frame.reason)
    this.#listener()
  }

  #leave(reason: unknown): void {
    const told: Readonly<Record<string, unknown>> = typeof reason === 'object' && reason !== null ? { ...reason } : {}
    this.goodbyes.push(String(told['reason']))
    if (told['reason'] === 'ahead-of-journal') this.violations.push('we were shown what the journal does not hold')
    // One that does not know better than we do is not believed at once.
    this.#told = typeof told['leader'] === 'string' ? told['leader'] : undefined
    this.#lost()
  }

  #follow({ words, start, end, first }: OutcomesFrame): void {
    if (first > this.fed.length + 1) this.violations.push(`the feed goes from ${this.fed.length} to ${first}`)
    for (let at = start; at < end; at += outcomeWords(words, at)) {
      const sequence = outcomeSequence(words, at)
      if (sequence <= this.fed.length) continue
      this.fed.push(checksum(words, at, at + outcomeWords(words, at)))
      if (outcomeSession(words, at) === this.#options.session) this.#answer(words, at)
    }
  }

  #answer(words: Int32Array, at: number): void {
    if (outcomeKind(words, at) === CommandKind.OPEN_SESSION) return
    const number = outcomeNumber(words, at)
    const reject = outcomeReject(words, at)
    if (reject === Reject.SESSION_GAP || reject === Reject.SESSION_UNKNOWN) {
      this.violations.push(`number ${number} is refused: ${reject}`)
      return
    }
    const sequence = outcomeOriginalSequence(words, at)
    const before = this.replies.get(number)
    if (before && (before.sequence !== sequence || before.reject !== reject)) {
      this.violations.push(`number ${number} was executed at ${before.sequence} and at ${sequence}`)
    }
    if (before) return
    this.#unanswered.delete(number)
    this.replies.set(number, { reject, sequence, at: this.#options.clock.elapsed() })
  }
}

/** Of the words in `[start, end)`. */
export function checksum(words: Int32Array, start: number, end: number): number {
  let sum = 0x811c9dc5
  for (let i = start; i < end; i++) sum = Math.imul(sum ^ wordAt(words, i), 0x01000193)
  return sum
}
