import { expect, test } from 'vitest'
import { createLogger } from './logging.ts'
import { Shutdown } from './shutdown.ts'

const log = createLogger({ name: 'test', level: 'silent' })

test('steps run once, last started first, and neither a failing nor a stuck one stops the next', async () => {
  const shutdown = new Shutdown(log)
  const ran: string[] = []
  shutdown.add('first', 1_000, () => void ran.push('first'))
  shutdown.add('stuck', 5, () => {
    ran.push('stuck')
    return new Promise(() => {})
  })
  shutdown.add('failing', 1_000, () => {
    ran.push('failing')
    throw new Error('planted')
  })
  shutdown.add('last', 1_000, async () => void ran.push('last'))
  expect(shutdown.boundMs).toBe(3_005)
  const reports = await shutdown.run()
  expect(await shutdown.run()).toBe(reports)
  expect(ran).toEqual(['last', 'failing', 'stuck', 'first'])
  expect(reports.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'last done',
    'failing failed',
    'stuck cut',
    'first done',
  ])
})

test('in a hurry every step still runs, and a stuck one leaves time to those behind it', async () => {
  const shutdown = new Shutdown(log)
  const ran: string[] = []
  const stuck = () => new Promise<void>(() => {})
  shutdown.add('first', 60_000, () => void ran.push('first'))
  shutdown.add('stuck', 60_000, stuck)
  shutdown.add('waiting', 60_000, async (hurry) => {
    if (!hurry.aborted) await new Promise((resolve) => hurry.addEventListener('abort', resolve))
    ran.push('waiting')
  })
  const begin = performance.now()
  const reports = shutdown.run()
  expect(shutdown.hurried).toBe(false)
  shutdown.hurry()
  expect((await reports).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'waiting done',
    'stuck cut',
    'first done',
  ])
  expect(ran).toEqual(['waiting', 'first'])
  expect(performance.now() - begin).toBeLessThan(1_000)
  expect(shutdown.hurried).toBe(true)
})
