import { setTimeout as delay } from 'node:timers/promises'
import { FaultyProxy } from '@uptick/journal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemTimers } from '@uptick/runtime'
import { type LineState, RedisLine } from '../src/limits/redis-line.ts'
import { RedisServer, hasRedis } from '../testing/redis-server.ts'

/*
 * What a fail-over of Redis is to a client: its connection stands, and the node at the other end is a replica now, which
 * refuses every write. The service's address leads to the new primary, for those who connect again.
 */
describe.skipIf(!hasRedis())('a Redis that becomes a replica', () => {
  let before: RedisServer
  let after: RedisServer
  let service: FaultyProxy
  let line: RedisLine
  const states: LineState[] = []

  beforeAll(async () => {
    before = await RedisServer.start()
    after = await RedisServer.start()
    service = await FaultyProxy.inFrontOf(before.url)
    line = new RedisLine({
      url: service.url(before.url),
      timers: systemTimers,
      changed: (state) => states.push(state),
    })
    line.start()
  })
  afterAll(async () => {
    line.close()
    await service.close()
    await Promise.all([before.kill(), after.kill()])
  })

  const write = async (value: string): Promise<void> => {
    while ((await line.exchange((pipeline) => pipeline.set('key', value))) === undefined) await delay(10)
  }

  test('is left for the node that the address leads to now', async () => {
    await write('one')
    expect(await before.command('GET key')).toContain('one')
    await before.command(`REPLICAOF 127.0.0.1 ${after.port}`)
    service.redirect(after.url)
    await write('two')
    expect(await after.command('GET key')).toContain('two')
    expect(states).toEqual(['up', 'down', 'up'])
  })

  test('is asked again when nothing has moved, until it is a primary', async () => {
    await after.command(`REPLICAOF 127.0.0.1 ${before.port}`)
    expect(await line.exchange((pipeline) => pipeline.set('key', 'three'))).toBeUndefined()
    await after.command('REPLICAOF NO ONE')
    await write('four')
    expect(await after.command('GET key')).toContain('four')
  })
})
