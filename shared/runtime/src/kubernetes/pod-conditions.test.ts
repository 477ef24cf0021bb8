import { expect, test, vi } from 'vitest'
import { Lifecycle } from '../lifecycle.ts'
import { ApiServerError } from './api-server.ts'
import { PodConditions } from './pod-conditions.ts'

interface Sent {
  readonly path: string
  readonly statuses: Readonly<Record<string, string>>
}

/** An API server that takes what it is told, unless `refuse` says otherwise. */
function published(refuse: () => boolean = () => false) {
  const sent: Sent[] = []
  const attempts = { count: 0 }
  const lifecycle = new Lifecycle()
  const said: string[] = []
  const api = {
    namespace: 'there',
    pod: 'thing-0',
    call: (_method: string, path: string, body?: object): Promise<unknown> => {
      attempts.count++
      if (refuse()) return Promise.reject(new ApiServerError(503, 'not now'))
      const { status }: { status: { conditions: { type: string; status: string }[] } } = JSON.parse(
        JSON.stringify(body),
      )
      sent.push({ path, statuses: Object.fromEntries(status.conditions.map((c) => [c.type, c.status])) })
      return Promise.resolve({})
    },
  }
  const log = {
    warn: (_: unknown, text?: string) => said.push(text ?? ''),
    info: (_: unknown, text?: string) => said.push(text ?? ''),
  }
  const conditions = new PodConditions({ api, names: ['a', 'b'], prefix: 'example.com/', lifecycle, log })
  return { sent, attempts, lifecycle, said, conditions }
}

const both = (a: string, b: string) => ({ 'example.com/a': a, 'example.com/b': b })

test('publishes what is not known yet as not met, and every change after it', async () => {
  const { sent, lifecycle, conditions } = published()
  await vi.waitFor(() => expect(sent.at(-1)?.statuses).toEqual(both('False', 'False')))
  expect(sent[0]!.path).toBe('/api/v1/namespaces/there/pods/thing-0/status')
  lifecycle.set('a', true)
  lifecycle.set('somebody-elses', true)
  await vi.waitFor(() => expect(sent.at(-1)?.statuses).toEqual(both('True', 'False')))
  lifecycle.set('b', true)
  lifecycle.set('a', false, 'behind')
  await vi.waitFor(() => expect(sent.at(-1)?.statuses).toEqual(both('False', 'True')))
  conditions.stop()
})

test('many changes are few calls, and the last one counts', async () => {
  const { sent, lifecycle, conditions } = published()
  for (let turn = 0; turn < 1_000; turn++) lifecycle.set('a', turn % 2 === 1)
  await vi.waitFor(() => expect(sent.at(-1)?.statuses).toEqual(both('True', 'False')))
  expect(sent.length).toBeLessThan(5)
  conditions.stop()
})

test('tries again for as long as it takes, and says so once', async () => {
  let isAway = true
  const { sent, attempts, lifecycle, said, conditions } = published(() => isAway)
  await vi.waitFor(() => expect(attempts.count).toBeGreaterThan(2), { timeout: 20_000 })
  lifecycle.set('a', true)
  isAway = false
  await vi.waitFor(() => expect(sent.at(-1)?.statuses).toEqual(both('True', 'False')), { timeout: 20_000 })
  expect(said).toEqual([expect.stringContaining('trying again'), expect.stringContaining('published again')])
  conditions.stop()
})

test('is quiet after its end', async () => {
  const { sent, lifecycle, conditions } = published()
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  conditions.stop()
  lifecycle.set('a', true)
  await new Promise((resolve) => setImmediate(resolve))
  expect(sent).toHaveLength(1)
})
