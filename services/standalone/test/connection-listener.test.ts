import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { freePort } from '@uptick/postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConnectionListener, type HandedConnection, type Taker } from '../src/listener/connection-listener.ts'

let listener: ConnectionListener
let port = 0
const clients: Socket[] = []
beforeEach(async () => {
  listener = new ConnectionListener()
  port = await freePort()
  await listener.listen('public', '127.0.0.1', port)
})
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
  listener.close()
})

/** Writes down what it is handed, and confirms it when told to. */
class Recorder implements Taker {
  readonly handed: HandedConnection[] = []
  #more: () => void = () => undefined

  hand(message: HandedConnection): void {
    this.handed.push(message)
    this.#more()
  }

  /** Resolves when `count` connections have been handed in all. */
  async got(count: number): Promise<void> {
    while (this.handed.length < count) await new Promise<void>((resolve) => (this.#more = resolve))
  }

  confirm(): void {
    for (const { id } of this.handed) listener.taken(this, id)
  }
}

async function dial(): Promise<void> {
  const client = connect(port, '127.0.0.1')
  client.on('error', () => undefined)
  clients.push(client)
  await once(client, 'connect')
}

test('connections wait until somebody is ready, then go turn and turn about', async () => {
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
  // It says so, but nobody listens to that any more.
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

test('where nobody is ready, those that were get the connections', async () => {
  const [fresh, seasoned] = [new Recorder(), new Recorder()]
  listener.ready(seasoned, true)
  listener.ready(fresh, false)
  listener.ready(seasoned, false)
  await dial()
  await seasoned.got(1)
  expect(fresh.handed).toEqual([])
})
