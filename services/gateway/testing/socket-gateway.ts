import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { AddressRanges, systemClock, systemTimers } from '@uptick/runtime'
import { WebSocket } from 'ws'
import { ClientAddresses } from '../src/addresses/client-addresses.ts'
import { Clients } from '../src/clients/clients.ts'
import type { ApiKey } from '../src/keys/api-key.ts'
import { KEYS_AGE_MS_MAX, KeyStore } from '../src/keys/key-store.ts'
import { MemoryStore } from '../src/limits/memory-store.ts'
import { LIMITS_DEFAULT, type LimitSettings, RateLimits } from '../src/limits/rate-limits.ts'
import { followFeed } from '../src/streams/follow-feed.ts'
import { noHistory } from '../src/market/history-source.ts'
import { Dispatcher } from '../src/operations/dispatcher.ts'
import { type Operation, OperationRegistry } from '../src/operations/operation.ts'
import { createRegistry } from '../src/operations/registry.ts'
import { createRest } from '../src/rest/rest.ts'
import type { Services } from '../src/operations/services.ts'
import { SocketServer, type SocketServerOptions } from '../src/handshake/socket-server.ts'
import { ScriptedShard } from './scripted-shard.ts'
import { TestClient } from './test-client.ts'

export const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'

export interface SocketGatewayOptions extends Partial<SocketServerOptions> {
  /** Beside those that every gateway has. */
  readonly operations?: readonly Operation[]
  readonly limits?: Partial<LimitSettings>
  readonly unsentBytesMax?: number
  readonly requestMsMax?: number
  /** All are on unless set. */
  readonly flags?: Services['flags']
}

/** The public side of a gateway on a free port, over a shard that the test scripts by hand. */
export class SocketGateway {
  readonly shard = new ScriptedShard()
  readonly failures: unknown[] = []
  readonly sockets: SocketServer
  readonly clients: Clients
  readonly port: number
  readonly url: string
  /** Signs for the key `ed25519-key` of account 2. */
  readonly privateKey: KeyObject
  readonly #keys: Map<string, ApiKey>
  readonly #store: KeyStore
  readonly #clients: WebSocket[] = []
  readonly #close: () => Promise<void>

  private constructor(parts: {
    shard: ScriptedShard
    sockets: SocketServer
    clients: Clients
    port: number
    privateKey: KeyObject
    keys: Map<string, ApiKey>
    store: KeyStore
    failures: unknown[]
    close: () => Promise<void>
  }) {
    this.shard = parts.shard
    this.sockets = parts.sockets
    this.clients = parts.clients
    this.port = parts.port
    this.url = `ws://127.0.0.1:${parts.port}`
    this.privateKey = parts.privateKey
    this.#keys = parts.keys
    this.#store = parts.store
    this.failures = parts.failures
    this.#close = parts.close
  }

  static async start(options: SocketGatewayOptions = {}): Promise<SocketGateway> {
    const shard = new ScriptedShard()
    const failures: unknown[] = []
    const feed = followFeed({
      link: shard,
      history: noHistory,
      readPast: () => Promise.reject(new Error('there is no past')),
      clock: systemClock,
      timers: systemTimers,
      log: () => {},
    })
    const { keys, privateKey } = testKeys()
    const store = new KeyStore(
      { changedSince: () => Promise.resolve(changesOf(keys)) },
      { clock: systemClock, timers: systemTimers, ageMax: KEYS_AGE_MS_MAX, failed: (error) => failures.push(error) },
    )
    await store.start()
    const settings = { ...LIMITS_DEFAULT, requestWeightPerMinute: 1_000_000, bans: false, ...options.limits }
    const limits = new RateLimits(settings, systemClock, new MemoryStore())
    // No command is sent here, and nothing recorded is read: the scripted shard is all the engine there is.
    const services = {
      clock: systemClock,
      link: shard,
      catalogue: shard.catalogue,
      market: feed.markets,
      limits,
      keys: store,
      flags: options.flags ?? { isOn: () => true },
    } as unknown as Services
    const failed = (_operation: string, error: unknown): void => void failures.push(error)
    const { unsentBytesMax, requestMsMax } = options
    const addresses = new ClientAddresses(AddressRanges.parse([]))
    const clients = new Clients({ addresses, failed, unsentBytesMax, refuses: (address) => limits.refuses(address) })
    const parts = {
      dispatcher: new Dispatcher(services),
      registry: new OperationRegistry([...createRegistry().operations, ...(options.operations ?? [])]),
      clients,
      addresses,
      failed,
    }
    const rest = createRest({ ...parts, welcome: services, requestMsMax })
    const sockets = new SocketServer({ ...parts, feed, ...options })
    sockets.attach(rest.server)
    await rest.listen({ host: '127.0.0.1', port: 0 })
    shard.connect()
    const close = async (): Promise<void> => {
      feed.close()
      store.close()
      await sockets.close()
      await rest.close()
      clients.close()
    }
    const { port } = rest.server.address() as AddressInfo
    return new SocketGateway({ shard, sockets, clients, port, privateKey, keys, store, failures, close })
  }

  /** Dial; resolves when the socket is open. */
  async dial(path: string): Promise<TestClient> {
    const socket = new WebSocket(this.url + path)
    this.#clients.push(socket)
    const client = new TestClient(socket)
    await once(socket, 'open')
    return client
  }

  async revoke(apiKey: string): Promise<void> {
    this.#keys.delete(apiKey)
    await this.#store.refresh()
  }

  /** Rejects when anything failed that is the gateway's own fault. */
  async close(): Promise<void> {
    for (const socket of this.#clients) socket.terminate()
    await this.#close()
    if (this.failures.length > 0) throw new AggregateError(this.failures, 'requests failed')
  }
}

function testKeys(): { keys: Map<string, ApiKey>; privateKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const common = { label: '', canTrade: true, canRead: true, unlimited: false, addresses: undefined }
  const all: ApiKey[] = [
    { ...common, apiKey: 'hmac-key', account: 1, type: 'HMAC', verifier: createSecretKey(Buffer.from(SECRET)) },
    { ...common, apiKey: 'ed25519-key', account: 2, type: 'ED25519', verifier: publicKey },
  ]
  return { keys: new Map(all.map((key) => [key.apiKey, key])), privateKey }
}

function changesOf(keys: ReadonlyMap<string, ApiKey>) {
  const changes = ['hmac-key', 'ed25519-key'].map((apiKey) => ({ apiKey, key: keys.get(apiKey) }))
  return { horizon: '1', changes }
}
