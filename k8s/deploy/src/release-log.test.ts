import { expect, test } from 'vitest'
import type { Kubectl } from './kubectl.ts'
import { ReleaseLog, type Release } from './release-log.ts'

const release = (image: string, engine: string, gateway = engine): Release => ({
  image,
  at: '',
  revisions: { engine, gateway },
})

/** A cluster that keeps one ConfigMap. */
function cluster(): Kubectl {
  let map: unknown
  return {
    namespace: 'x',
    find: () => Promise.resolve(map),
    run: (_: readonly string[], input: string) => {
      map = JSON.parse(input)
      return Promise.resolve('')
    },
  } as unknown as Kubectl
}

async function logOf(...releases: Release[]): Promise<{ log: ReleaseLog; kubectl: Kubectl }> {
  const kubectl = cluster()
  let log = await ReleaseLog.read(kubectl)
  for (const one of releases) log = await log.add(one)
  return { log: await ReleaseLog.read(kubectl), kubectl }
}

test('while the newest release runs, the one before it is gone back to', async () => {
  const { log } = await logOf(release('1', 'a'), release('2', 'b'))
  expect(log.before(release('2', 'b').revisions)?.image).toBe('1')
})

test('while something else runs – half a roll, a bad version – the newest release is gone back to', async () => {
  const { log } = await logOf(release('1', 'a'), release('2', 'b'))
  expect(log.before(release('', 'c', 'b').revisions)?.image).toBe('2')
})

test('after going back, the next one goes back further', async () => {
  const { log, kubectl } = await logOf(release('1', 'a'), release('2', 'b'), release('3', 'c'))
  await log.truncate(log.before(release('3', 'c').revisions)!)
  const now = await ReleaseLog.read(kubectl)
  expect(now.newest?.image).toBe('2')
  expect(now.before(release('2', 'b').revisions)?.image).toBe('1')
})

test('a release that comes again is the newest, and is there once', async () => {
  const { log } = await logOf(release('1', 'a'), release('2', 'b'), release('1 again', 'a'))
  expect(log.newest?.image).toBe('1 again')
  expect(log.before(release('', 'a').revisions)?.image).toBe('2')
})

test('without releases there is nothing to go back to', async () => {
  const { log } = await logOf()
  expect(log.before({ engine: 'a' })).toBeUndefined()
})
