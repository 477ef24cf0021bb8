import { once } from 'node:events'
import {
  Command,
  CommandKind,
  outcomeNumber,
  outcomeReject,
  outcomeSequence,
  outcomeSession,
  outcomeWords,
} from '@uptick/core'
import { Introduction } from '@uptick/link'
import {
  CommandsFrame,
  decodeFrame,
  encodeHello,
  encodeQuery,
  FrameType,
  LinkRole,
  type AnswerFrame,
  type GoodbyeFrame,
  type WelcomeFrame,
} from '@uptick/protocol'
import { WebSocket } from 'ws'
import { linkKeys } from './credentials.ts'

/** A gateway's end of a real link: sends, collects, and waits without polling. */
export class TestGateway {
  readonly session: number
  readonly socket: WebSocket
  welcome: WelcomeFrame | undefined
  goodbye: GoodbyeFrame | undefined
  /** Code and reason of the close frame. */
  closed: { code: number; reason: string } | undefined
  /** Sequences fed, in the order received. */
  readonly fed: number[] = []
  /** Reject code by number, of this session. */
  readonly replies = new Map<number, number>()
  readonly answers = new Map<number, AnswerFrame>()
  readonly #waiting: { until: () => boolean; resolve: () => void }[] = []
  readonly #frame = new CommandsFrame()
  #nextQuery = 1

  private constructor(url: string, session: number) {
    this.session = session
    this.socket = new WebSocket(url, { perMessageDeflate: false })
    this.socket.binaryType = 'nodebuffer'
    this.socket.on('message', (data) => this.#receive(data))
    this.socket.on('error', () => undefined)
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#look()
    })
  }

  /** Connect and say HELLO; resolves with WELCOME, GOODBYE or the close. */
  static async connect(
    url: string,
    session: number,
    feedFrom = 1,
    role: LinkRole = LinkRole.OPERATOR,
  ): Promise<TestGateway> {
    const gateway = await TestGateway.open(url, session, role)
    gateway.socket.send(encodeHello({ instance: 'test', session, feedFrom }))
    await gateway.until(() => gateway.welcome !== undefined || gateway.closed !== undefined)
    return gateway
  }

  /** Connect, prove the role, and send nothing more. */
  static async open(url: string, session = 0, role: LinkRole = LinkRole.OPERATOR): Promise<TestGateway> {
    const gateway = new TestGateway(url, session)
    const { socket } = gateway
    await once(socket, 'open')
    const introduction = new Introduction(role, linkKeys)
    socket.send(introduction.open())
    const [challenge] = await once(socket, 'message')
    const proof = introduction.answer(challenge)
    if (typeof proof === 'string') throw new Error(proof)
    socket.send(proof)
    return gateway
  }

  /** Send commands as one frame; what an entry does not set is at its default. */
  send(commands: readonly Partial<Command>[]): void {
    this.#frame.begin(this.session)
    const command = new Command()
    for (const fields of commands) {
      command.reset()
      Object.assign(command, fields)
      command.session = this.session
      this.#frame.add(command)
    }
    this.socket.send(this.#frame.finish())
  }

  openSession(): void {
    this.send([{ kind: CommandKind.OPEN_SESSION }])
  }

  async ask(body: object): Promise<AnswerFrame> {
    const id = this.#nextQuery++
    this.socket.send(encodeQuery(id, body))
    await this.until(() => this.answers.has(id) || this.closed !== undefined)
    return this.answers.get(id)!
  }

  /** Resolves when `condition` holds; looked at after every message and at the close. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until: condition, resolve }))
  }

  untilReplied(number: number): Promise<void> {
    return this.until(() => this.replies.has(number))
  }

  async hangUp(): Promise<void> {
    if (this.closed) return
    this.socket.terminate()
    await this.until(() => this.closed !== undefined)
  }

  #receive(data: unknown): void {
    if (!Buffer.isBuffer(data)) throw new Error('the link is binary')
    const frame = decodeFrame(data)
    if (frame.type === FrameType.WELCOME) this.welcome = frame
    else if (frame.type === FrameType.GOODBYE) this.goodbye = frame
    else if (frame.type === FrameType.ANSWER) this.answers.set(frame.id, frame)
    else if (frame.type === FrameType.OUTCOMES) this.#read(frame.words, frame.start, frame.end)
    this.#look()
  }

  #read(words: Int32Array, start: number, end: number): void {
    for (let at = start; at < end; at += outcomeWords(words, at)) {
      this.fed.push(outcomeSequence(words, at))
      if (outcomeSession(words, at) === this.session) {
        this.replies.set(outcomeNumber(words, at), outcomeReject(words, at))
      }
    }
  }

  #look(): void {
    for (const waiting of this.#waiting.slice()) {
      if (!waiting.until()) continue
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      waiting.resolve()
    }
  }
}
