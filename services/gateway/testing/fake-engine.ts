import { Command, type CommandKind, Exchange } from '@uptick/core'
import {
  decodeCommand,
  decodeFrame,
  encodeAnswer,
  encodeGoodbye,
  encodeOutcomes,
  encodeWelcome,
  FrameType,
  type Hello,
  makeLate,
  recordWords,
} from '@uptick/protocol'
import type { Dial, LinkSocketEvents } from '../src/engine-link/socket.ts'

/** A command as it arrived. */
export interface Arrived {
  readonly kind: CommandKind
  readonly session: number
  readonly number: number
  readonly confirmed: number
  readonly account: number
}

/**
 * An engine for tests of the link: the real core behind the real frames, without a socket. It hears every frame, but
 * executes and answers only when the test says so, and loses what the test wants lost.
 */
export class FakeEngine {
  readonly exchange: Exchange
  /** Commands of each frame, one array a frame. */
  readonly frames: Arrived[][] = []
  readonly hellos: Hello[] = []
  readonly dialled: string[] = []
  windowMax = 1000
  /** Answer dials at all. */
  accepts = true
  /** What questions are refused with. */
  refusal: string | undefined
  /** Its monotonic clock, ms; undefined: a release that does not tell it. */
  clock: (() => number) | undefined
  /** Until when the commands of each frame may be sequenced. */
  readonly deadlines: number[] = []
  /** It is past every deadline: executes nothing that has one. */
  isLate = false
  /** WELCOME is on its way for so long: until the test calls `deliver`. */
  isSlow = false
  /** Execute and answer at once. */
  automatic = true
  #events: LinkSocketEvents | undefined
  readonly #outbox: Buffer[] = []
  #time = 1_700_000_000_000_000
  readonly #retained: { sequence: number; frame: Buffer }[] = []

  #oldest = 1

  /** @param stepWorkMax work of one command, as few tests need it */
  constructor(stepWorkMax?: number) {
    this.exchange = new Exchange(stepWorkMax === undefined ? {} : { stepWorkMax })
  }

  readonly dial: Dial = (url, events) => {
    this.dialled.push(url)
    if (!this.accepts) {
      // As a socket does it: later, never from within `dial`.
      this.#refused.push(events)
      return { send: () => {}, close: () => events.closed('refused'), bufferedBytes: 0 }
    }
    this.#events = events
    return {
      send: (frame) => {
        if (this.#events === events) this.#receive(frame)
      },
      close: () => {
        if (this.#events === events) this.#events = undefined
        events.closed('closed')
      },
      bufferedBytes: 0,
    }
  }
  #refused: LinkSocketEvents[] = []
  #opened: LinkSocketEvents | undefined
  /** Frames that arrived while another was being answered: a socket is never re-entered. */
  readonly #inbox: Uint8Array[] = []
  #busy = false

  /** The dialled connection opens (or, when the engine does not accept, fails). */
  open(): void {
    for (const events of this.#refused.splice(0)) events.closed('refused')
    if (this.#opened === this.#events) return
    this.#opened = this.#events
    this.#events?.opened()
  }

  /** The connection breaks; `lose` drops what was answered but not delivered. */
  cut(lose = true): void {
    if (lose) this.#outbox.length = 0
    const events = this.#events
    this.#events = undefined
    events?.closed('cut')
  }

  /** The engine turns the link away. */
  goodbye(reason: object): void {
    this.#events?.received(encodeGoodbye(reason))
  }

  /** Deliver what was answered while `automatic` was off. */
  deliver(): void {
    for (const frame of this.#outbox.splice(0)) this.#events?.received(frame)
  }

  /** All commands that arrived, in order. */
  get arrived(): Arrived[] {
    return this.frames.flat()
  }

  #receive(data: Uint8Array): void {
    this.#inbox.push(data)
    if (this.#busy) return
    this.#busy = true
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#handle(next)
    this.#busy = false
  }

  #handle(data: Uint8Array): void {
    const frame = decodeFrame(data)
    if (frame.type === FrameType.HELLO) {
      this.hellos.push(frame)
      const { sequence: durable } = this.exchange
      const { windowMax, clock } = this
      const extras = clock ? { elapsed: clock() } : null
      const welcome = encodeWelcome({ shard: 0, epoch: 1, durable, oldest: this.#oldest, windowMax, extras })
      if (this.isSlow) this.#outbox.push(welcome)
      else this.#events?.received(welcome)
      for (const kept of this.#retained) if (kept.sequence >= frame.feedFrom) this.#events?.received(kept.frame)
    } else if (frame.type === FrameType.QUERY) {
      const { kind } = frame.body as { kind: string }
      const told = kind === 'clock' && this.clock ? { elapsed: this.clock() } : { asked: frame.body }
      const body = kind === 'catalogue' ? this.exchange.catalogue() : told
      const answer = this.refusal === undefined ? body : { error: this.refusal }
      this.#answer(encodeAnswer(frame.id, this.exchange.sequence, answer))
    } else if (frame.type === FrameType.COMMANDS) {
      this.deadlines.push(frame.deadline)
      const isLate = this.isLate && frame.deadline !== Number.POSITIVE_INFINITY
      if (isLate)
        for (let at = frame.start; at < frame.end; at += recordWords(frame.words, at)) makeLate(frame.words, at)
      this.#execute(frame.words, frame.start, frame.end)
    }
  }

  /** Retain nothing of what was so far. */
  forget(): void {
    this.#retained.length = 0
    this.#oldest = this.exchange.sequence + 1
  }

  /** Execute a command of the engine's own or of another gateway. */
  run(fields: Partial<Command>): void {
    const { exchange } = this
    exchange.output.clear()
    exchange.execute(Object.assign(new Command(), fields), exchange.sequence + 1, ++this.#time)
    this.#publish(exchange.sequence)
  }

  #execute(words: Int32Array, start: number, end: number): void {
    const arrived: Arrived[] = []
    const command = new Command()
    const first = this.exchange.sequence + 1
    const { output } = this.exchange
    output.clear()
    for (let at = start; at < end;) {
      at = decodeCommand(words, at, command)
      const { kind, session, number, confirmed, account } = command
      arrived.push({ kind, session, number, confirmed, account })
      this.exchange.execute(command, this.exchange.sequence + 1, ++this.#time)
    }
    this.frames.push(arrived)
    this.#publish(first)
  }

  /** Feed what is in the output: outcomes from `first` on. */
  #publish(first: number): void {
    const { output } = this.exchange
    const frame = encodeOutcomes(1, first, this.exchange.sequence, output.words, 0, output.length)
    this.#retained.push({ sequence: this.exchange.sequence, frame })
    this.#answer(frame)
  }

  #answer(frame: Buffer): void {
    if (this.automatic) this.#events?.received(frame)
    else this.#outbox.push(frame)
  }
}
