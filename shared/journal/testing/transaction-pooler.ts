import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Client } from 'pg'

const [READY, SYNC, QUERY, IDLE] = ['Z', 'S', 'Q', 'I'].map((character) => character.charCodeAt(0))
/** AuthenticationOk, a BackendKeyData that is made up, ReadyForQuery. */
const WELCOME = Buffer.concat([
  Buffer.of(0x52, 0, 0, 0, 8, 0, 0, 0, 0),
  Buffer.of(0x4b, 0, 0, 0, 12, 0x7f, 0, 0, 1, 0, 0, 0, 1),
  Buffer.of(0x5a, 0, 0, 0, 5, 0x49),
])

/** A session of the server, and its present client. */
interface Session {
  readonly client: Client
  user: Socket | undefined
  /** Answers that are still to come. */
  owed: number
  readonly answers: Messages
}

/**
 * A pooler in front of a PostgreSQL that lends a session for one transaction, as PgBouncer does in that mode: the
 * session that was returned last is lent first. It asks for no password, and drops the settings at the start of a
 * connection.
 */
export class TransactionPooler {
  readonly #url: string
  readonly #server: Server
  readonly #sessions: Session[] = []
  readonly #idle: Session[] = []
  readonly #sockets = new Set<Socket>()

  private constructor(url: string) {
    this.#url = url
    this.#server = createServer((socket) => this.#accept(socket))
  }

  static async inFrontOf(url: string): Promise<TransactionPooler> {
    const pooler = new TransactionPooler(url)
    pooler.#server.listen(0, '127.0.0.1')
    await once(pooler.#server, 'listening')
    return pooler
  }

  get url(): string {
    const address = this.#server.address()
    const url = new URL(this.#url)
    if (address !== null && typeof address === 'object') url.port = String(address.port)
    return url.href
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    for (const { client } of this.#sessions) client.connection.stream.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    const messages = new Messages()
    let isKnown = false
    let turn: Promise<unknown> = Promise.resolve()
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      let rest = chunk
      if (!isKnown) {
        isKnown = true
        rest = chunk.subarray(chunk.readInt32BE(0))
        socket.write(WELCOME)
      }
      for (const message of messages.take(rest)) turn = turn.then(() => this.#forward(socket, message))
    })
  }

  async #forward(socket: Socket, message: Buffer): Promise<void> {
    const session = this.#sessions.find(({ user }) => user === socket) ?? this.#idle.pop() ?? (await this.#open())
    session.user = socket
    if (message[0] === SYNC || message[0] === QUERY) session.owed++
    session.client.connection.stream.write(message)
  }

  async #open(): Promise<Session> {
    const client = new Client({ connectionString: this.#url })
    client.on('error', () => undefined)
    await client.connect()
    const session: Session = { client, user: undefined, owed: 0, answers: new Messages() }
    this.#sessions.push(session)
    const { stream } = client.connection
    stream.removeAllListeners('data')
    stream.on('data', (chunk: Buffer) => this.#answer(session, chunk))
    return session
  }

  #answer(session: Session, chunk: Buffer): void {
    for (const message of session.answers.take(chunk)) {
      session.user?.write(message)
      if (message[0] !== READY) continue
      session.owed--
      if (session.owed > 0 || message[5] !== IDLE) continue
      session.user = undefined
      this.#idle.push(session)
    }
  }
}

/** Cuts a stream into messages: a byte for the kind, four for the length of the rest. */
class Messages {
  #bytes = Buffer.alloc(0)

  take(chunk: Buffer): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const found: Buffer[] = []
    while (this.#bytes.length >= 5 && this.#bytes.length > this.#bytes.readInt32BE(1)) {
      const end = this.#bytes.readInt32BE(1) + 1
      found.push(this.#bytes.subarray(0, end))
      this.#bytes = this.#bytes.subarray(end)
    }
    return found
  }
}
