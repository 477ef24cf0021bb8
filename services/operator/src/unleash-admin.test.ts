import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { publishFlags } from './publish-flags.ts'
import { UnleashAdmin, UnleashAway } from './unleash-admin.ts'

const undo: (() => void)[] = []
afterEach(() => {
  for (const run of undo.splice(0)) run()
})

interface Kept {
  isOn: boolean
  readonly strategies: { id: string; name: string; parameters: object }[]
}

/**
 * Stands for Unleash 7.5.1, with what it was seen to answer: `on` gives a flag without strategies one for everyone. After each
 * change `offWithStrategy` has the flags that gateways would see switched off.
 */
class FakeUnleash {
  readonly flags = new Map<string, Kept>()
  readonly offWithStrategy = new Set<string>()
  #strategies = 0

  async listen(): Promise<UnleashAdmin> {
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk) => (text += String(chunk)))
      request.on('end', () => {
        const answer = this.#answer(`${request.method} ${request.url}`, text === '' ? {} : JSON.parse(text))
        for (const [name, { isOn, strategies }] of this.flags)
          if (!isOn && strategies.length > 0) this.offWithStrategy.add(name)
        response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    undo.push(() => server.close().closeAllConnections())
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('it listens on TCP')
    return new UnleashAdmin(`http://127.0.0.1:${address.port}`, 'token', 'development')
  }

  #answer(asked: string, body: { name: string; parameters: object }): unknown {
    const path = '/api/admin/projects/default/features'
    if (asked === `GET ${path}`) return { features: [...this.flags.keys()].map((name) => ({ name })) }
    if (asked === `POST ${path}`) return this.flags.set(body.name, { isOn: false, strategies: [] }).size
    const [, method, name = '', rest] =
      /^(\w+) .*\/features\/([\w-]+)\/environments\/development\/(.*)$/.exec(asked) ?? []
    const flag = this.flags.get(name)
    if (flag === undefined) return undefined
    const { strategies } = flag
    const add = ({ name: kind, parameters }: typeof body): unknown =>
      strategies.push({ id: String(++this.#strategies), name: kind, parameters })
    if (method === 'GET') return strategies
    if (rest === 'on') {
      if (strategies.length === 0) add({ name: 'flexibleRollout', parameters: { rollout: '100' } })
      flag.isOn = true
      return {}
    }
    if (method === 'POST') return add(body)
    const changed = strategies.find(({ id }) => rest === `strategies/${id}`)
    return changed && Object.assign(changed, { name: body.name, parameters: body.parameters })
  }
}

test('missing flags are made, none is seen off meanwhile, and what a person has set stays', async () => {
  const unleash = new FakeUnleash()
  const parameters = { rollout: '10', stickiness: 'userId', groupId: 'amend-keep-priority' }
  const set = { isOn: true, strategies: [{ id: 'a', name: 'flexibleRollout', parameters }] }
  unleash.flags.set('amend-keep-priority', structuredClone(set))
  // Its publication was cut off.
  unleash.flags.set('plain-http', { isOn: false, strategies: [] })
  const admin = await unleash.listen()
  expect(await publishFlags(admin)).toEqual(['plain-http', 'shared-limits', 'numbered-user-streams'])
  expect(await publishFlags(admin)).toEqual([])
  expect(unleash.flags.get('amend-keep-priority')).toEqual(set)
  expect(unleash.flags.get('plain-http')).toMatchObject({ isOn: true, strategies: [{ name: 'default' }] })
  expect(unleash.flags.get('numbered-user-streams')).toMatchObject({
    isOn: true,
    strategies: [{ name: 'flexibleRollout', parameters: { rollout: '100', stickiness: 'userId' } }],
  })
  expect([...unleash.offWithStrategy]).toEqual([])
})

test('a percentage is changed in place, and only of a gradual rollout', async () => {
  const unleash = new FakeUnleash()
  const admin = await unleash.listen()
  await publishFlags(admin)
  await admin.setRollout('numbered-user-streams', 10)
  const { strategies = [] } = unleash.flags.get('numbered-user-streams') ?? {}
  expect(strategies).toMatchObject([{ parameters: { rollout: '10', groupId: 'numbered-user-streams' } }])
  await expect(admin.setRollout('plain-http', 10)).rejects.toThrow('no gradual rollout')
})

test('a server that is not there is told apart from one that refuses', async () => {
  await expect(publishFlags(new UnleashAdmin('http://127.0.0.1:1', 'token', 'development'))).rejects.toThrow(
    UnleashAway,
  )
  const admin = await new FakeUnleash().listen()
  await expect(admin.setRollout('unknown', 10)).rejects.not.toThrow(UnleashAway)
})
