import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { freePort } from '@uptick/postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AddressRanges } from '@uptick/runtime'
import {
  ConnectionListener,
  HANDED_MAX,
  type ConnectionListenerOptions,
  type HandedConnection,
  type Taker,
} from '../src/listener/connection-listener.ts'

let listener: ConnectionListener
let port = 0
const clients: Socket[] = []
async function listen(options: ConnectionListenerOptions = {}): Promise<void> {
  listener = new ConnectionListener(options)
  port = await freePort()
  await listener.listen('public', '127.0.0.1', port)
}
beforeEach(() => listen())
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
  listener.close()
})

/** Writes down what it is handed, and confirms it when told to. */
class Recorder implements Taker {
  readonly handed: HandedConnection[] = []
  /** Addresses of those who have opened the connections. */
  readonly from: (string | undefined)[] = []
  #more: () => void = () => undefined

  hand(message: HandedConnection, socket: Socket): void {
    this.handed.push(message)
    this.from.push(socket.remoteAddress)
    this.#more()
  }

  /** Resolves when `count` connections have been handed in all. */
  async got(count: number): Promise<void> {
    while (this.handed.length < count) await new Promise<void>((resolve) => (this.#more = resolve))
  }

  confirm(): void {
    for (const { id } of this.handed) listener.taken(this, id)
  }

  /** Take `count` more, one after the other. */
  async take(count: number): Promise<void> {
    for (let taken = 0; taken < count; taken++) {
      await this.got(this.#confirmed + 1)
      listener.taken(this, this.handed[this.#confirmed++]!.id)
    }
  }

  #confirmed = 0
}

/** Begin to connect. */
function knock(localAddress: string): Socket {
  const client = connect({ port, host: '127.0.0.1', localAddress })
  client.on('error', () => undefined)
  clients.push(client)
  return client
}

async function dial(localAddress = '127.0.0.1'): Promise<Socket> {
  const client = knock(localAddress)
  await once(client, 'connect')
  return client
}

/** Resolves when the listener keeps so many; accepting follows connecting, and nothing tells the client of it. */
async function keeps(count: number): Promise<void> {
  await expect.poll(() => listener.kept, { interval: 1 }).toBe(count)
}

test('connections wait until a taker is ready, then the takers alternate', async () => {
  const [one, other] = [new Recorder(), new Recorder()]
  await dial()
  listener.ready(one, false)
  expect(one.handed).toEqual([])
  listener.ready(one, true)
  await one.got(1)
  expect(one.handed).toMatchObject([{ uptick: 'connection', server: 'public' }])
  one.confirm()
  listener.ready(other, true)
  for (let count = 0; count < 4; count++) await dial()
  await Promise.all([one.got(3), other.got(2)])
})

test('one that leaves gets nothing more, and has left when what was on its way is there', async () => {
  const [old, next] = [new Recorder(), new Recorder()]
  listener.ready(old, true)
  await dial()
  await old.got(1)
  listener.ready(next, true)
  let hasLeft = false
  const left = listener.leave(old).then(() => (hasLeft = true))
  await dial()
  await next.got(1)
  expect(hasLeft).toBe(false)
  old.confirm()
  await left
  // It reports ready, which is ignored after it has left.
  listener.ready(old, true)
  await dial()
  await next.got(2)
  expect(old.handed).toHaveLength(1)
})

test('what a process did not confirm before it died goes to another one', async () => {
  const [dying, other] = [new Recorder(), new Recorder()]
  listener.ready(dying, true)
  await dial()
  await dial()
  await dying.got(2)
  dying.handed.splice(1).forEach(({ id }) => listener.taken(dying, id))
  listener.ready(other, true)
  listener.ended(dying)
  await other.got(1)
  expect(other.handed).toHaveLength(1)
})

test('when no taker is ready, those that once were get the connections', async () => {
  const [fresh, seasoned] = [new Recorder(), new Recorder()]
  listener.ready(seasoned, true)
  listener.ready(fresh, false)
  listener.ready(seasoned, false)
  await dial()
  await seasoned.got(1)
  expect(fresh.handed).toEqual([])
})

const [FLOOD, HONEST, PROXY] = ['127.0.0.2', '127.0.0.3', '127.0.0.4']
/** Elsewhere the loopback interface has one address alone. */
const isLinux = process.platform === 'linux'

test.runIf(isLinux)(
  'a flood from one address delays others only by the connections that are on their way already',
  async () => {
    const taker = new Recorder()
    listener.ready(taker, true)
    const flood = HANDED_MAX * 10
    for (let count = 0; count < flood; count++) await dial(FLOOD)
    await keeps(flood)
    for (let count = 0; count < 3; count++) await dial(HONEST)
    await keeps(flood + 3)
    await taker.take(flood + 3)
    const places = taker.from.flatMap((address, place) => (address === HONEST ? [place] : []))
    // Those that were on their way when they came, and one of the flood for each of theirs.
    expect(places).toEqual([HANDED_MAX + 1, HANDED_MAX + 3, HANDED_MAX + 5])
  },
)

test.runIf(isLinux)('no more than a few are on their way to one process', async () => {
  const [one, other] = [new Recorder(), new Recorder()]
  listener.ready(one, true)
  listener.ready(other, true)
  for (let count = 0; count < HANDED_MAX * 3; count++) await dial()
  await keeps(HANDED_MAX * 3)
  expect([one.handed.length, other.handed.length]).toEqual([HANDED_MAX, HANDED_MAX])
  other.confirm()
  expect([one.handed.length, other.handed.length]).toEqual([HANDED_MAX, HANDED_MAX * 2])
})

test.runIf(isLinux)('what its client has reset is not passed on', async () => {
  for (let count = 0; count < 20; count++) {
    const client = await dial(FLOOD)
    await keeps(count + 1)
    client.resetAndDestroy()
    await once(client, 'close')
  }
  await dial(HONEST)
  await keeps(21)
  const taker = new Recorder()
  listener.ready(taker, true)
  expect(taker.from).toEqual([HONEST])
  expect(listener.kept).toBe(1)
})

test.runIf(isLinux)('an address at its share has its newest connections closed, a proxy has no share', async () => {
  listener.close()
  await listen({ waitingPerAddressMax: 3, waitingMax: 12, proxies: AddressRanges.parse([PROXY]) })
  for (let count = 0; count < 3; count++) await dial(FLOOD)
  await keeps(3)
  for (let count = 0; count < 3; count++) await new Promise((closed) => knock(FLOOD).once('close', closed))
  await dial(HONEST)
  for (let count = 0; count < 5; count++) await dial(PROXY)
  await keeps(9)
  const taker = new Recorder()
  listener.ready(taker, true)
  await taker.take(9)
  expect(taker.from.toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual([
    FLOOD,
    FLOOD,
    FLOOD,
    HONEST,
    PROXY,
    PROXY,
    PROXY,
    PROXY,
    PROXY,
  ])
})

test.runIf(isLinux)('whatever comes, no more connections are kept than may wait and be on their way', async () => {
  listener.close()
  await listen({ waitingPerAddressMax: 8, waitingMax: 16 })
  listener.ready(new Recorder(), true)
  let closed = 0
  for (let count = 0; count < 60; count++) {
    knock(`127.0.1.${1 + (count % 6)}`).once('close', () => closed++)
    await expect.poll(() => closed + listener.kept, { interval: 1 }).toBe(count + 1)
    expect(listener.kept).toBeLessThanOrEqual(16 + HANDED_MAX)
  }
  expect(listener.kept).toBe(16 + HANDED_MAX)
})
