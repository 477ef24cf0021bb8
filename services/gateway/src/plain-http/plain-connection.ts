import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Client } from '../clients/client.ts'
import { writePieces } from '../clients/write-pieces.ts'
import { HEAD_BYTES_MAX, type PlainHead, readPlainHead } from './plain-head.ts'

export interface PlainRequest {
  readonly head: PlainHead
  readonly body: string
  /** Address of who has opened the connection. */
  readonly peer: string
}

/** Write the one answer; `headers` are names and values by turns, none of them about the connection. */
export type Respond = (status: number, headers: readonly string[], body: string | readonly Buffer[]) => void

export type PlainHandler = (request: PlainRequest, respond: Respond) => void

export interface ConnectionHost {
  /** What answers the request; undefined when nothing here does. */
  handler(head: PlainHead): PlainHandler | undefined
  peerOf(socket: Socket): string
  /** Give the connection to a full parser; nothing of it has been read. */
  passOn(socket: Socket): void
  answered(socket: Socket): void
  gone(connection: PlainConnection): void
  /** Responses ask their client to close. */
  readonly parting: boolean
  /** `Keep-Alive` of responses. */
  readonly keepAlive: string
}

const EMPTY_LINE = '\r\n\r\n'
/** A head that is longer is read anew each time instead of being kept. */
const HEAD_KEPT_MAX = 2048
const [A, Z] = [65, 90]

/**
 * One connection while its requests are plain, answered one at a time. Modes: *reading* → *answering* → *waiting*, when the
 * client does not take its answer → *reading* … until something comes that is not plain: then a full parser gets the
 * connection with every byte that was not answered, for good. The socket is read in *reading* alone, so a client that
 * pipelines, or that takes nothing, is held back by its own buffers.
 */
export class PlainConnection {
  readonly #host: ConnectionHost
  readonly #client: Client
  readonly #socket: Socket
  readonly #peer: string
  /** Read and not answered: a part of a request, or what came while one was being answered. */
  #unread: Buffer | undefined
  #last: PlainHead | undefined
  /** A request is being answered, or the client has not taken the answer. */
  #answering = false
  /** The client sends nothing any more. */
  #ended = false
  /** The next answer is the last. */
  #isClosing = false
  /** It is closed, or a full parser has it. */
  #isGone = false
  /** When it last began to wait for bytes, ms. */
  #since = Date.now()

  constructor(client: Client, host: ConnectionHost) {
    const { socket } = client
    this.#client = client
    this.#host = host
    this.#socket = socket
    this.#peer = host.peerOf(socket)
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
  }

  /** Close it when it has been idle, and pass it on when a part of a request has been waiting, since `idle`, `slow`. */
  sweep(idle: number, slow: number): void {
    if (this.#answering) return
    if (this.#unread === undefined) {
      if (this.#since < idle) this.#socket.destroy()
    } else if (this.#since < slow) this.#passOn(this.#unread)
  }

  /** Close it now, or when it has been answered. */
  close(): void {
    this.#isClosing = true
    if (!this.#answering) this.#socket.destroy()
  }

  readonly #onData = (chunk: Buffer): void => this.#client.handle(() => this.#take(chunk))

  #take(chunk: Buffer): void {
    const bytes = this.#unread === undefined ? chunk : Buffer.concat([this.#unread, chunk])
    if (!this.#answering) return this.#read(bytes)
    this.#unread = bytes
    this.#socket.pause()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    if (!this.#answering) this.#socket.end()
  }

  /** `close` follows. */
  readonly #onError = (): void => undefined

  readonly #onClose = (): void => this.#leave()

  #leave(): void {
    this.#isGone = true
    this.#host.gone(this)
  }

  #read(bytes: Buffer): void {
    const head = this.#headOf(bytes)
    if (head === 'incomplete') return this.#await(bytes)
    const handler = head && this.#host.handler(head)
    if (!head || !handler) return this.#passOn(bytes)
    const end = head.text.length + head.length
    if (bytes.length < end) return this.#await(bytes)
    this.#last = head.text.length <= HEAD_KEPT_MAX ? head : undefined
    this.#unread = undefined
    if (bytes.length > end) {
      this.#unread = bytes.subarray(end)
      this.#socket.pause()
    }
    this.#answering = true
    const body = head.length === 0 ? '' : bytes.toString('utf8', head.text.length, end)
    handler({ head, body, peer: this.#peer }, this.#respond)
  }

  #headOf(bytes: Buffer): PlainHead | 'incomplete' | undefined {
    const last = this.#last
    if (last && bytes.toString('latin1', 0, last.text.length) === last.text) return last
    const [first = A] = bytes
    if (first < A || first > Z) return undefined
    const end = bytes.indexOf(EMPTY_LINE)
    if (end < 0) return bytes.length > HEAD_BYTES_MAX ? undefined : 'incomplete'
    return end > HEAD_BYTES_MAX ? undefined : readPlainHead(bytes.toString('latin1', 0, end + EMPTY_LINE.length))
  }

  /** A part of a request is there; the rest follows, or the sweep passes it on. */
  #await(bytes: Buffer): void {
    if (this.#unread === undefined) this.#since = Date.now()
    this.#unread = bytes
    if (this.#ended) this.#socket.destroySoon()
  }

  readonly #respond: Respond = (status, headers, body) => this.#client.handle(() => this.#answer(status, headers, body))

  #answer(status: number, headers: readonly string[], body: string | readonly Buffer[]): void {
    const socket = this.#socket
    const isLast = this.#isClosing || this.#host.parting || (this.#ended && this.#unread === undefined)
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
    head += `Date: ${dateText()}\r\n${isLast ? 'Connection: close' : this.#host.keepAlive}\r\n\r\n`
    if (typeof body === 'string') return this.#written(status, isLast, socket.write(head + body))
    socket.write(head)
    writePieces(this.#client, socket, body, (isTaken) => this.#written(status, isLast, isTaken))
  }

  #written(status: number, isLast: boolean, isTaken: boolean): void {
    const socket = this.#socket
    this.#since = Date.now()
    this.#host.answered(socket)
    if (isLast) {
      this.#answering = false
      socket.destroySoon()
    } else if (this.#client.goesTooFar(status)) this.#client.shun('past-limit')
    else if (isTaken) this.#goOn()
    else {
      socket.pause()
      socket.once('drain', this.#onDrain)
    }
  }

  readonly #onDrain = (): void => this.#client.handle(() => this.#goOn())

  /** The next request may be read; what came of it already waits here, and is read in a turn of its own. */
  #goOn(): void {
    this.#answering = false
    if (this.#isClosing) this.#socket.destroySoon()
    else if (this.#unread !== undefined) setImmediate(this.#readUnread)
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  readonly #readUnread = (): void => {
    const bytes = this.#unread
    if (bytes === undefined || this.#answering || this.#isGone) return
    this.#client.handle(() => {
      this.#unread = undefined
      this.#read(bytes)
      if (!this.#answering && !this.#isGone) this.#socket.resume()
    })
  }

  #passOn(bytes: Buffer): void {
    const socket = this.#socket
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('error', this.#onError)
    socket.off('close', this.#onClose)
    this.#leave()
    socket.pause()
    socket.unshift(bytes)
    this.#host.passOn(socket)
    this.#client.meter()
    socket.resume()
  }
}

let dateUntil = 0
let date = ''

/** The present second as HTTP writes it. */
function dateText(): string {
  const now = Date.now()
  if (now >= dateUntil) {
    dateUntil = now - (now % 1000) + 1000
    date = new Date(now).toUTCString()
  }
  return date
}
