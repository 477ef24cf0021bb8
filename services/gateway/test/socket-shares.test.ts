import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { AddressRanges } from '@uptick/runtime'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ClientAddresses } from '../src/addresses/client-addresses.ts'
import { USER_STREAMS_PER_ACCOUNT_MAX } from '../src/handshake/socket-server.ts'
import { SECRET, SocketGateway } from '../testing/socket-gateway.ts'
import type { TestClient } from '../testing/test-client.ts'

let gateway: SocketGateway
const sockets: WebSocket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await gateway.close()
})

/** Dial as `address`; the status of a refusal, or the open socket. */
async function dial(address: string, path = '/ws'): Promise<number | WebSocket> {
  const socket = new WebSocket(gateway.url + path, { headers: { 'x-forwarded-for': address } })
  sockets.push(socket)
  socket.on('error', () => {})
  const refused = once(socket, 'unexpected-response').then(
    ([, response]: { statusCode: number }[]) => response!.statusCode,
  )
  return Promise.race([once(socket, 'open').then(() => socket), refused])
}

test('an address that has its share of WebSockets open gets no more, another one does', async () => {
  gateway = await SocketGateway.start({
    socketsPerAddressMax: 3,
    addresses: new ClientAddresses(AddressRanges.parse(['127.0.0.1'])),
  })
  const greedy = []
  for (let n = 0; n < 4; n++) greedy.push(await dial('10.0.0.1'))
  expect(greedy.map((one) => typeof one)).toEqual(['object', 'object', 'object', 'number'])
  expect(greedy[3]).toBe(429)
  expect(await dial('10.0.0.2')).toBeInstanceOf(WebSocket)
  const closed = once(greedy[0] as WebSocket, 'close')
  ;(greedy[0] as WebSocket).close()
  await closed
  await expect.poll(() => dial('10.0.0.1')).toBeInstanceOf(WebSocket)
})

test('a /64 has one share, from whatever addresses in it', async () => {
  gateway = await SocketGateway.start({
    socketsPerAddressMax: 3,
    addresses: new ClientAddresses(AddressRanges.parse(['127.0.0.1'])),
  })
  const greedy = []
  for (let n = 0; n < 4; n++) greedy.push(await dial(`2001:db8::${n}`))
  expect(greedy.map((one) => typeof one)).toEqual(['object', 'object', 'object', 'number'])
  expect(await dial('2001:db8:0:1::1')).toBeInstanceOf(WebSocket)
  const closed = once(greedy[0] as WebSocket, 'close')
  ;(greedy[0] as WebSocket).close()
  await closed
  await expect.poll(() => dial('2001:db8::9')).toBeInstanceOf(WebSocket)
})

test('an account that listens everywhere leaves the user streams of others alone', async () => {
  gateway = await SocketGateway.start()
  const params = (apiKey: string): Record<string, string | number> => {
    const all = { apiKey, timestamp: Date.now() }
    const text = `apiKey=${apiKey}&timestamp=${all.timestamp}`
    return { ...all, signature: createHmac('sha256', SECRET).update(text).digest('hex') }
  }
  const clients: TestClient[] = []
  for (let n = 0; n <= USER_STREAMS_PER_ACCOUNT_MAX; n++) clients.push(await gateway.dial('/ws-api/v3'))
  const subscribe = async (client: TestClient): Promise<unknown> =>
    (await client.ask('userDataStream.subscribe.signature', params('hmac-key')))['status']
  const answers: unknown[] = []
  for (const client of clients) answers.push(await subscribe(client))
  expect(answers).toEqual([...Array<number>(USER_STREAMS_PER_ACCOUNT_MAX).fill(200), 400])
  // One less, and there is room for one again.
  expect(await clients[0]!.ask('userDataStream.unsubscribe', {})).toMatchObject({ status: 200 })
  expect(await subscribe(clients.at(-1)!)).toBe(200)
  clients[1]!.socket.terminate()
  await clients[1]!.closed
  await expect.poll(() => subscribe(clients[0]!)).toBe(200)
})
