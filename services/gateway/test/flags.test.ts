import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Clients } from '../src/clients/clients.ts'
import { PlainHttp } from '../src/plain-http/plain-http.ts'
import { RawClient } from '../testing/raw-client.ts'
import { FlagsFile } from './flags-file.ts'
import { RunningExchange } from './running-exchange.ts'

const PING = 'GET /api/v3/ping HTTP/1.1\r\nHost: a\r\n\r\n'

test('switched off, plain HTTP leaves new connections to Node, and serves those that are there', async () => {
  let isOn = true
  const server = createServer((_request, response) => response.end('by Node'))
  const plain = new PlainHttp(server, {
    clients: new Clients({ failed: (_operation, error) => expect.fail(String(error)) }),
    route: () => (_request, respond) => respond(200, ['content-length', '8'], 'by Plain'),
    peerOf: ({ remoteAddress = '' }) => remoteAddress,
    isOn: () => isOn,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clients = [new RawClient(port)]
  try {
    const ask = async (client: RawClient): Promise<string> => {
      client.socket.write(PING)
      const text = await client.until('by ')
      return text.includes('by Plain') ? 'plain' : 'node'
    }
    const [before] = clients as [RawClient]
    expect(await ask(before)).toBe('plain')
    isOn = false
    clients.push(new RawClient(port))
    expect(await Promise.all(clients.map(ask))).toEqual(['plain', 'node'])
    isOn = true
    clients.push(new RawClient(port))
    expect(await Promise.all(clients.map(ask))).toEqual(['plain', 'node', 'plain'])
  } finally {
    for (const { socket } of clients) socket.destroy()
    plain.close()
    server.closeAllConnections()
    server.close()
  }
})

test('a file of flags is obeyed while the gateway runs, and the operator sees it', async () => {
  const file = new FlagsFile()
  file.write('plain-http', false)
  const exchange = await RunningExchange.start({ FLAGS_FILE: file.path })
  try {
    const trader = await exchange.trader()
    const shown = async (): Promise<unknown> => exchange.operate('GET', '/flags')
    expect(await shown()).toMatchObject({
      flags: [
        { name: 'plain-http', isOn: false, source: 'file', kind: 'operational', subject: 'process', owner: 'gateway' },
        { name: 'shared-limits', isOn: true, source: 'default' },
        { name: 'numbered-user-streams', source: 'default', subject: 'account' },
        { name: 'amend-keep-priority', source: 'default', subject: 'account' },
      ],
    })
    expect((await trader.limit('BUY', '0.1', '30000')).status).toBe(200)
    expect(await exchange.gateway.metrics.metrics()).toMatch(/flag_decisions_total\{flag="plain-http",variant="off"/)
    file.write('plain-http', true)
    await expect.poll(shown, { timeout: 5_000 }).toMatchObject({ flags: [{ isOn: true }, { isOn: true }, {}, {}] })
    expect((await trader.limit('BUY', '0.1', '30001')).status).toBe(200)
  } finally {
    await exchange.stop()
    file.remove()
  }
})
