import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { makeSelfSigned } from '@uptick/certificate'
import { AddressRanges, TlsEntrance } from '@uptick/runtime'
import { expect, test } from 'vitest'
import { ClientAddresses } from '../src/addresses/client-addresses.ts'
import { ProxyEntrance } from '../src/entrance/proxy-entrance.ts'
import { proxyLine } from '../testing/proxy-header.ts'
import { RequestClient } from '../testing/request-client.ts'

test('a balancer may have one port to two listeners at once: each handshake is that of its own client', async () => {
  const addresses = new ClientAddresses(AddressRanges.parse([]))
  const server = createHttpServer((request, response) => response.end(addresses.peerOf(request.socket)))
  const { cert, key } = await makeSelfSigned(['localhost'], 10)
  const certificate = { value: { cert: Buffer.from(cert), key: Buffer.from(key) }, onChange: () => undefined }
  new TlsEntrance({
    certificate,
    secured: (accepted, secure) => addresses.announce(secure, addresses.peerOf(accepted)),
  }).guard(server)
  const proxies = new ProxyEntrance({ addresses, balancers: AddressRanges.parse(['127.0.0.1']) })
  proxies.guard(server)
  const accept = (socket: Socket): void => void server.emit('connection', socket)
  const listeners = [createServer({ pauseOnConnect: true }, accept), createServer({ pauseOnConnect: true }, accept)]
  const sockets: Socket[] = []
  let localPort = 0
  for (const [i, listener] of listeners.entries()) {
    await once(listener.listen(0, '127.0.0.1'), 'listening')
    const { port } = listener.address() as AddressInfo
    const { socket } = new RequestClient(port, '127.0.0.1', localPort)
    await once(socket, 'connect')
    localPort = socket.localPort!
    socket.removeAllListeners('data')
    socket.write(proxyLine(`192.0.2.${i}`))
    sockets.push(socket)
  }
  expect(sockets[1]!.localPort).toBe(sockets[0]!.localPort)
  while (proxies.counters.announced < 2) await new Promise((resolve) => setImmediate(resolve))
  for (const [i, socket] of sockets.entries()) {
    const client = connectTls({ socket, ca: cert, servername: 'localhost' })
    client.end('GET / HTTP/1.0\r\n\r\n')
    let text = ''
    client.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await once(client, 'end')
    expect(text.split('\r\n\r\n')[1]).toBe(`192.0.2.${i}`)
  }
  for (const listener of listeners) listener.close()
  proxies.close()
})
