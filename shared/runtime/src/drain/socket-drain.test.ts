import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { reconnectDelayOf, reconnectReason } from './reconnect.ts'
import { SocketDrain } from './socket-drain.ts'

const OPEN = 1
const CLOSING = 2
const CLOSED = 3

/** A socket whose client takes `answerMs` to answer a goodbye. */
class FakeSocket {
  readyState = OPEN
  closedAt = -1
  code = 0
  delay: number | undefined
  readonly answerMs: number

  constructor(answerMs = 5) {
    this.answerMs = answerMs
  }

  close(code: number, reason: string): void {
    this.readyState = CLOSING
    this.closedAt = performance.now()
    this.code = code
    this.delay = reconnectDelayOf(reason)
    if (Number.isFinite(this.answerMs)) setTimeout(() => this.terminate(), this.answerMs)
  }

  terminate(): void {
    this.readyState = CLOSED
  }
}

const sockets = (count: number): FakeSocket[] => Array.from({ length: count }, () => new FakeSocket())
/** No minimum delay and no randomness. */
const exact = { reconnectLeastMs: 0, reconnectSpreadMs: 0, random: () => 0 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Let time pass until the work is done; returns how much that was. */
async function ends(work: Promise<void>): Promise<number> {
  const from = performance.now()
  const ended = work.then(() => performance.now() - from)
  await vi.advanceTimersByTimeAsync(100_000)
  return ended
}

describe('SocketDrain', () => {
  test('sends sockets away at the rate, with 1012 and a delay', async () => {
    const all = sockets(50)
    const drain = new SocketDrain({ sockets: () => all, ratePerSecond: 50, boundMs: 10_000, ...exact })
    const took = await ends(drain.evict())
    expect(took).toBeGreaterThan(900)
    expect(took).toBeLessThan(1_200)
    const half = all.filter(({ closedAt }) => closedAt <= all[0]!.closedAt + 500).length
    expect(half).toBeGreaterThan(20)
    expect(half).toBeLessThan(30)
    expect(all.every(({ code, delay }) => code === 1012 && delay !== undefined)).toBe(true)
    expect(drain.report).toMatchObject({ openAtBegin: 50, arrived: 0, moved: 50, left: 0, cut: 0 })
  })

  test('is faster than the rate when time would not do, and the delays still bring clients back at the rate', async () => {
    const all = sockets(1_000)
    const drain = new SocketDrain({ sockets: () => all, ratePerSecond: 100, boundMs: 2_000, closeMs: 100, ...exact })
    expect(await ends(drain.evict())).toBeLessThan(2_000)
    expect(drain.report.moved).toBe(1_000)
    const returns = all.map(({ closedAt, delay }) => closedAt + delay!).toSorted((a, b) => a - b)
    for (let index = 100; index < returns.length; index += 100) {
      expect(returns[index]! - returns[index - 100]!).toBeGreaterThan(900)
    }
  })

  test('spreads delays at random above the least', async () => {
    let turn = 0
    const all = sockets(2)
    const options = { ratePerSecond: 1_000_000, boundMs: 1_000, reconnectLeastMs: 300, reconnectSpreadMs: 400 }
    await ends(new SocketDrain({ ...options, sockets: () => all, random: () => turn++ / 2 }).evict())
    expect(all.map(({ delay }) => delay)).toEqual([300, 500])
  })

  test('gives notice at the begin, and to clients that come later; counts those that left by themselves', async () => {
    const all = sockets(3)
    const noticed: FakeSocket[] = []
    const notice = (socket: FakeSocket): void => void noticed.push(socket)
    const drain = new SocketDrain({ sockets: () => all, notice, ratePerSecond: 10, boundMs: 5_000, ...exact })
    drain.begin()
    expect(noticed).toEqual(all)
    all[0]!.terminate()
    all.push(new FakeSocket())
    await ends(drain.evict())
    expect(drain.report).toMatchObject({ openAtBegin: 3, arrived: 1, noticed: 4, left: 1, moved: 3, cut: 0 })
    all.push(new FakeSocket())
    await ends(drain.sweep())
    expect(drain.report).toMatchObject({ openAtBegin: 3, arrived: 2, left: 1, moved: 4, cut: 0 })
  })

  test('a client that is sent here by mistake during the drain is told at once, and has time to go elsewhere', async () => {
    const all = sockets(2)
    const noticedAt = new Map<FakeSocket, number>()
    const drain = new SocketDrain({
      sockets: () => all,
      notice: (socket) => void noticedAt.set(socket, performance.now()),
      noticeMs: 400,
      ratePerSecond: 100,
      boundMs: 5_000,
      ...exact,
    })
    drain.begin()
    const early = new FakeSocket()
    setTimeout(() => all.push(early), 1_000)
    await vi.advanceTimersByTimeAsync(1_100)
    expect(noticedAt.get(early)).toBeLessThan(performance.now())
    const late = new FakeSocket()
    all.push(late)
    const begin = performance.now()
    await ends(drain.evict())
    expect(all[0]!.closedAt - begin).toBeLessThan(100)
    for (const socket of all) expect(socket.closedAt - noticedAt.get(socket)!).toBeGreaterThanOrEqual(400)
    expect(drain.report).toMatchObject({ openAtBegin: 2, arrived: 2, noticed: 4, moved: 4, cut: 0 })
  })

  test('waits for an answer that is on its way, but not past the bound', async () => {
    const [free, soon, never] = [new FakeSocket(), new FakeSocket(), new FakeSocket()]
    const busy = new Set([soon, never])
    setTimeout(() => busy.delete(soon), 500)
    const drain = new SocketDrain({
      sockets: () => [soon, never, free],
      busy: (socket) => busy.has(socket),
      ratePerSecond: 100,
      boundMs: 2_000,
      closeMs: 100,
      ...exact,
    })
    const begin = performance.now()
    await ends(drain.evict())
    expect(free.closedAt - begin).toBeLessThan(100)
    expect(soon.closedAt - begin).toBeGreaterThanOrEqual(500)
    expect(soon.closedAt - begin).toBeLessThan(600)
    expect(never.closedAt - begin).toBeGreaterThanOrEqual(1_800)
    expect(drain.report.moved).toBe(3)
  })

  test('cuts a client that does not answer, within the bound', async () => {
    const all = [new FakeSocket(Infinity), new FakeSocket()]
    const drain = new SocketDrain({ sockets: () => all, ratePerSecond: 100, boundMs: 4_000, ...exact })
    expect(await ends(drain.evict())).toBeLessThan(4_000)
    expect(all[0]!.readyState).toBe(CLOSED)
    expect(drain.report).toMatchObject({ moved: 1, cut: 1 })
  })

  test('in a hurry says goodbye to all at once, with their delays', async () => {
    const all = [new FakeSocket(Infinity), ...sockets(99)]
    const hurry = new AbortController()
    const drain = new SocketDrain({ sockets: () => all, ratePerSecond: 10, boundMs: 60_000, ...exact })
    setTimeout(() => hurry.abort(), 1_000)
    expect(await ends(drain.evict(hurry.signal))).toBeLessThan(1_350)
    expect(all.every(({ code }) => code === 1012)).toBe(true)
    expect(drain.report).toMatchObject({ moved: 99, cut: 1 })
    expect(drain.report.longestDelayMs).toBeGreaterThan(8_000)
  })
})

test('a reason fits into a close frame and is read back', () => {
  expect(reconnectReason(1_234.4)).toBe('restart; reconnect after 1234 ms')
  expect(reconnectDelayOf(reconnectReason(1_234.4))).toBe(1_234)
  expect(reconnectDelayOf('other')).toBeUndefined()
  expect(Buffer.byteLength(reconnectReason(Number.MAX_SAFE_INTEGER))).toBeLessThanOrEqual(123)
})
