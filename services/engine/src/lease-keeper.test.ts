import type { Lease } from '@uptick/journal'
import { expect, test } from 'vitest'
import { LeaseKeeper } from './lease-keeper.ts'
import { VirtualTime } from '@uptick/runtime/testing'

const LEASE_MS = 1_500
/** Of which a twentieth is not made use of. */
const USABLE_MS = 1_425

/** A keeper that has claimed just now, and a lease whose answers the test gives, and when. */
function keeping() {
  const time = new VirtualTime()
  const heard: string[] = []
  const [sent, listeners] = [[] as { at: number; answer: PromiseWithResolvers<boolean> }[], new Set<() => void>()]
  const lease = {
    holder: 'me',
    isAlive: true,
    renew(epoch: number): Promise<boolean> {
      expect(epoch).toBe(7)
      const answer = Promise.withResolvers<boolean>()
      sent.push({ at: time.elapsed(), answer })
      return answer.promise
    },
    onChange(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const keeper = new LeaseKeeper({
    lease: lease as unknown as Lease,
    epoch: 7,
    leaseMs: LEASE_MS,
    claimedAt: time.elapsed(),
    clock: time,
    timers: time,
    events: {
      resumed: () => heard.push('resumed'),
      lost: () => heard.push('lost'),
      trouble: () => heard.push('trouble'),
    },
  })
  /** Answers the oldest renewal that has no answer. */
  const answer = async (renewed: boolean | Error): Promise<void> => {
    const [oldest] = sent.splice(0, 1)
    if (renewed instanceof Error) oldest!.answer.reject(renewed)
    else oldest!.answer.resolve(renewed)
    await time.turn()
  }
  const changed = (): void => listeners.forEach((listener) => listener())
  return { time, heard, sent, lease, keeper, answer, changed, listeners }
}

test('a claim counts from when it was sent, and not to the end of the lease', async () => {
  const { time, keeper, sent } = keeping()
  await time.advance(USABLE_MS - 1)
  expect([keeper.isCertain, keeper.remainingMs]).toEqual([true, 1])
  await time.advance(1)
  expect([keeper.isCertain, keeper.remainingMs]).toEqual([false, 0])
  // The renewal is on its way all the time.
  expect(sent).toHaveLength(1)
})

test('the lease is renewed three times in its length', async () => {
  const { time, sent, answer } = keeping()
  const at: number[] = []
  for (let renewal = 0; renewal < 4; renewal++) {
    await time.advance(500)
    at.push(...sent.map((each) => each.at))
    await answer(true)
  }
  expect(at).toEqual([500, 1_000, 1_500, 2_000])
})

test('a renewal counts from when it was sent, however late its answer comes', async () => {
  const { time, keeper, answer } = keeping()
  await time.advance(500)
  await time.advance(400)
  await answer(true)
  expect(keeper.remainingMs).toBe(500 + USABLE_MS - 900)
  // The next one is sent, and has no answer.
  await time.advance(keeper.remainingMs - 1)
  expect(keeper.isCertain).toBe(true)
  await time.advance(1)
  expect(keeper.isCertain).toBe(false)
})

test('an answer that comes when the lease it brings is over makes nothing certain', async () => {
  const { time, heard, keeper, answer } = keeping()
  await time.advance(500)
  time.stand(USABLE_MS)
  expect(keeper.isCertain).toBe(false)
  await answer(true)
  expect([keeper.isCertain, heard]).toEqual([false, []])
})

test('frozen past the lease, it is not certain from the moment that it wakes', () => {
  const { time, keeper } = keeping()
  time.stand(USABLE_MS)
  expect(keeper.isCertain).toBe(false)
})

test('after an uncertain time it reports once that the lease is certain', async () => {
  const { time, heard, keeper, answer } = keeping()
  await time.advance(500)
  await answer(true)
  expect(heard).toEqual([])
  await time.advance(500)
  time.stand(1_000)
  expect(keeper.isCertain).toBe(false)
  await answer(new Error('cut'))
  await time.advance(50)
  await answer(true)
  expect([keeper.isCertain, heard]).toEqual([true, ['trouble', 'resumed']])
  await time.advance(500)
  await answer(true)
  expect(heard).toEqual(['trouble', 'resumed'])
})

test('a failed renewal is tried again soon, and reported once until it works again', async () => {
  const { time, heard, sent, keeper, answer } = keeping()
  await time.advance(500)
  for (let failure = 0; failure < 3; failure++) {
    await answer(new Error('away'))
    await time.advance(50)
    expect(sent).toHaveLength(1)
  }
  expect([heard, keeper.remainingMs]).toEqual([['trouble'], USABLE_MS - 650])
  await answer(true)
  await time.advance(500)
  await answer(new Error('away'))
  expect(heard).toEqual(['trouble', 'trouble'])
})

test('a lease of another member is lost, and no longer counts', async () => {
  const { time, heard, keeper, answer } = keeping()
  await time.advance(500)
  const before = keeper.remainingMs
  await answer(false)
  expect([heard, keeper.remainingMs]).toEqual([['lost'], before])
})

test('without its sign of life it is not certain, and asks for it at once', async () => {
  const { time, heard, sent, lease, keeper, answer, changed } = keeping()
  expect(keeper.isCertain).toBe(true)
  lease.isAlive = false
  expect(keeper.isCertain).toBe(false)
  changed()
  changed()
  expect(sent).toHaveLength(1)
  lease.isAlive = true
  await answer(true)
  expect([keeper.isCertain, heard]).toEqual([true, ['resumed']])
  // One that is there needs nothing.
  changed()
  await time.turn()
  expect(sent).toHaveLength(0)
})

test('stopped, it is certain of nothing, renews nothing and tells nothing', async () => {
  const { time, heard, sent, keeper, answer, listeners } = keeping()
  await time.advance(500)
  keeper.stop()
  expect([keeper.isCertain, listeners.size]).toEqual([false, 0])
  await answer(false)
  await time.advance(5_000)
  expect([heard, sent]).toEqual([[], []])
})
