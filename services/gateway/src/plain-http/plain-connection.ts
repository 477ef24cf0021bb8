import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Client } from '../clients/client.ts'
import { writePieces } from '../clients/write-pieces.ts'
import { HEAD_BYTES_MAX, type PlainHead, readPlainHead } from './plain-head.ts'

export interface PlainRequest {
  readonly head: PlainHead
  readonly body: string
  /** Address of the client that opened the connection. */
  readonly peer: string
}

/** Write the one answer. `headers` alternates names and values, none of them about the connection. */
export type Respond = (status: number, headers: readonly string[], body: string | readonly Buffer[]) => void

export type PlainHandler = (request: PlainRequest, respond: Respond) => void

export interface ConnectionHost {
  /** The handler of the request; undefined when there is none here. */
  handler(head: PlainHead): PlainHandler | undefined
  peerOf(socket: Socket): string
  /** Give the connection to a full parser, with nothing of it read. */
  passOn(socket: Socket): void
  answered(socket: Socket): void
  gone(connection: PlainConnection): void
  /** Responses ask the client to close the connection. */
  readonly parting: boolean
  /** `Keep-Alive` of responses. */
  readonly keepAlive: string
}

const EMPTY_LINE = '\r\n\r\n'
/** Longer heads are parsed each time and not cached. */
const HEAD_KEPT_MAX = 2048
const [A, Z] = [65, 90]

/**
 * One connection while its requests are plain, answered one at a time. Modes: *reading* → *answering* → *waiting*, when
 * the client does not take its answer → *reading* … A request that is not plain ends this: a full parser gets the
 * connection for good, with every byte that was not answered. The socket is read only in *reading*. So a client that
 * pipelines, or that takes no answers, is held back by its own buffers.
 */
export class PlainConnection {
  readonly #host: ConnectionHost
  readonly #client: Client
  readonly #socket: Socket
  readonly #peer: string
  /**
   * Bytes that were read and not answered: part of a request, or bytes that came while a request was being answered.
   */
  #unread: Buffer | undefined
  #last: PlainHead | undefined
  /** A request is being answered, or the client has not taken the answer. */
  #answering = false
  /** The client has ended its side of the connection. */
  #ended = false
  /** The next answer is the last. */
  #isClosing = false
  /** The connection is closed, or a full parser has it. */
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

  /** Close the connection if idle since `idle`. Pass it on if part of a request has been waiting since `slow`. */
  sweep(idle: number, slow: number): void {
    if (this.#answering) return
    if (this.#unread === undefined) {
      if (this.#since < idle) this.#socket.destroy()
    } else if (this.#since < slow) this.#passOn(this.#unread)
  }

  /** Close the connection now, or after its request is answered. */
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

  /** Part of a request arrived. Wait for the rest, or for the sweep to pass the connection on. */
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

  /** Read the next request. Bytes of it that are here already are read in a new turn of the event loop. */
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
