import type { WebSocket } from 'ws'

interface Waiting {
  readonly wanted: (message: Message) => boolean
  readonly found: (message: Message) => void
}

/** A message, read loosely: tests look into any shape. */
export interface Message {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [field: string]: any
}

/** A client that keeps every message it gets. */
export class TestClient {
  readonly socket: WebSocket
  readonly messages: Message[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  #waiting: Waiting[] = []
  #asked = 0

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    socket.on('message', (data) => this.#take(JSON.parse((data as Buffer).toString()) as Message))
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** The first message, past or to come, that is wanted. */
  find(wanted: (message: Message) => boolean): Promise<Message> {
    const there = this.messages.find(wanted)
    if (there) return Promise.resolve(there)
    return new Promise((found) => this.#waiting.push({ wanted, found }))
  }

  /** The answer to a request with a new id. */
  async ask(method: string, params: unknown): Promise<Message> {
    const id = `ask-${++this.#asked}`
    this.send({ id, method, params })
    return this.find((message) => message.id === id)
  }

  #take(message: Message): void {
    this.messages.push(message)
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) {
      if (one.wanted(message)) one.found(message)
      else this.#waiting.push(one)
    }
  }
}
