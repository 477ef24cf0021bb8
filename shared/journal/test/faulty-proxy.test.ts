import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createDatabase, FaultyProxy } from '@uptick/journal/testing'
import { afterEach, expect, test } from 'vitest'
import { openClient } from '../src/index.ts'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean()
})

/** A server that records what it receives, and the proxy in front of it. */
async function start(): Promise<{
  proxy: FaultyProxy
  heard: () => string
  accepted: Socket[]
  dial: () => Promise<Socket>
}> {
  const chunks: Buffer[] = []
  const accepted: Socket[] = []
  const server = createServer((socket) => {
    accepted.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxy = await FaultyProxy.inFrontOf(`tcp://127.0.0.1:${port}`)
  cleanups.push(
    () => server.close(),
    () => proxy.close(),
  )
  const dial = async (): Promise<Socket> => {
    const before = accepted.length
    const socket = connect(Number(new URL(proxy.url('tcp://x')).port), '127.0.0.1')
    cleanups.push(() => socket.destroy())
    await until(() => accepted.length > before)
    return socket
  }
  return { proxy, heard: () => Buffer.concat(chunks).toString(), accepted, dial }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

test('a stalled connection carries nothing either way and stays open; afterwards everything arrives', async () => {
  const { proxy, heard, accepted, dial } = await start()
  const client = await dial()
  client.write('before ')
  await until(() => heard() === 'before ')
  proxy.stall()
  client.write('meanwhile')
  accepted[0]!.write('answer')
  await until(() => proxy.heldBytes > 0)
  expect([heard(), client.destroyed, accepted[0]!.destroyed]).toEqual(['before ', false, false])
  const answer = once(client, 'data')
  proxy.resume()
  expect(String((await answer)[0])).toBe('answer')
  await until(() => heard() === 'before meanwhile')
})

test('bytes of a connection that has ended since arrive all the same, and then its end', async () => {
  const { proxy, heard, accepted, dial } = await start()
  const client = await dial()
  proxy.stall()
  client.write('late')
  await until(() => proxy.heldBytes > 0)
  client.destroy()
  await once(client, 'close')
  // A new connection waits with it.
  const other = await dial()
  other.write('r')
  await until(() => proxy.heldBytes > 4)
  expect(heard()).toBe('')
  const ended = once(accepted[0]!, 'end')
  proxy.resume()
  await ended
  await until(() => heard() === 'later')
})

test('suspended connections carry nothing; new ones do', async () => {
  const { proxy, heard, dial } = await start()
  const client = await dial()
  proxy.suspend()
  client.write('old')
  await until(() => proxy.heldBytes > 0)
  const other = await dial()
  other.write('new ')
  await until(() => heard() === 'new ')
  expect(client.destroyed).toBe(false)
  proxy.resume()
  await until(() => heard() === 'new old')
})

test('a client that closes a stalled connection is not noticed until it resumes', async () => {
  const { proxy, accepted, dial } = await start()
  const client = await dial()
  proxy.stall()
  accepted[0]!.destroy()
  await once(accepted[0]!, 'close')
  const other = await dial()
  expect(client.destroyed).toBe(false)
  proxy.resume()
  await once(client, 'close')
  expect(other.destroyed).toBe(false)
})

test('connections to PostgreSQL are distinguished by their names', async () => {
  const database = await createDatabase()
  cleanups.push(() => database.drop())
  const proxy = await FaultyProxy.inFrontOf(database.url)
  cleanups.push(() => proxy.close())
  const [writer, lease] = ['uptick-journal-writer', 'uptick-lease'].map((name) =>
    openClient(proxy.url(database.url), name),
  )
  await Promise.all([writer!.connect(), lease!.connect()])
  lease!.on('error', () => undefined)
  proxy.stall((name) => name === 'uptick-journal-writer')
  const asked = writer!.query('SELECT 1 AS one')
  await until(() => proxy.heldBytes > 0)
  expect((await lease!.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }])
  proxy.resume()
  expect((await asked).rows).toEqual([{ one: 1 }])
  const gone = new Promise((resolve) => lease!.once('end', () => resolve(undefined)))
  proxy.cut((name) => name === 'uptick-lease')
  await gone
  expect((await writer!.query('SELECT 3 AS three')).rows).toEqual([{ three: 3 }])
  await writer!.end()
})
