import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Meter } from '../src/clients/meter.ts'

const ANSWER = Buffer.alloc(4 * 1024 * 1024, 'x')
const REQUESTS = 6

test('requests in one packet of a client that reads late are all answered, and none fails the parser', async () => {
  const failures: unknown[] = []
  const meters: Meter[] = []
  const served = { count: 0 }
  const server = createServer((_request, response) => {
    served.count++
    response.end(ANSWER)
  })
  server.on('connection', (socket) => {
    const guard = (run: () => void): void => {
      try {
        run()
      } catch (error) {
        failures.push(error)
        socket.destroy()
      }
    }
    meters.push(new Meter(socket, { wantsBytes: () => true, guard }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(client, 'connect')
  client.pause()
  // Each is longer than a slice, so that Node has answers to wait for while more slices are there.
  const request = `GET / HTTP/1.1\r\nhost: x\r\npad: ${'y'.repeat(1500)}\r\n\r\n`
  client.write(request.repeat(REQUESTS))
  while (served.count === 0) await new Promise(setImmediate)
  let taken = 0
  client.on('data', (chunk: Buffer) => (taken += chunk.length))
  client.resume()
  while (taken < REQUESTS * ANSWER.length && failures.length === 0 && !client.destroyed) await once(client, 'data')
  client.destroy()
  server.close()
  await once(server, 'close')
  expect(failures).toEqual([])
  expect({ served: served.count, connections: meters.length }).toEqual({ served: REQUESTS, connections: 1 })
})
