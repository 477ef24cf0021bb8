import type { WebSocket } from 'ws'

interface Waiting {
  readonly wanted: (message: Message) => boolean
  readonly found: (message: Message) => void
}

type Rows = readonly (readonly [price: string, quantity: string])[]

/** A message of any kind; the fields that tests look into are typed as they are in messages that have them. */
export interface Message {
  readonly [field: string]: unknown
  readonly result: Message
  readonly event?: Message
  readonly data?: Message
  readonly e: string
  readonly x: string
  readonly U: number
  readonly u: number
  readonly t: number
  readonly i: number
  readonly b: Rows
  readonly a: Rows
  readonly bids: Rows
  readonly asks: Rows
  readonly B: Rows
  readonly lastUpdateId: number
  readonly orderId: number
  readonly serverTime: number
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
