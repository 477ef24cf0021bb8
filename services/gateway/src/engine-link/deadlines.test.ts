import { CommandKind } from '@uptick/core'
import { expect, test } from 'vitest'
import { addAccount, connected, settled, setUp, watch } from '../../testing/linked-engine.ts'

/** An engine whose clock is `ahead` of the gateway's, ms. */
function timed(ahead: number): ReturnType<typeof setUp> {
  const all = setUp()
  all.engine.clock = () => all.time.elapsed() + ahead
  all.link.start()
  return all
}

test('the engine sequences a command before its caller gives up, or never', async () => {
  const { engine, time, link } = timed(777)
  engine.open()
  await settled()
  void link.submit(addAccount)
  const givenUpAt = time.elapsed() + 4_000 + 777
  time.turnNow()
  // OPEN_SESSION has none.
  const [opening, deadline] = engine.deadlines
  expect(opening).toBe(Number.POSITIVE_INFINITY)
  expect(deadline).toBeLessThan(givenUpAt)
  expect(deadline).toBeGreaterThan(givenUpAt - 20)
})

test('a command that waited has that much less time left, and one frame has one deadline', async () => {
  const { engine, time, link } = timed(0)
  const givenUpAt = time.elapsed() + 4_000
  void link.submit(addAccount)
  time.advanceNow(30)
  void link.submit(addAccount)
  time.advanceNow(970)
  void link.submit(addAccount)
  engine.open()
  await settled()
  time.turnNow()
  expect(engine.frames.map((frame) => frame.length)).toEqual([1, 2, 1])
  const early = engine.deadlines.slice(1).map((deadline) => deadline - givenUpAt)
  expect(early[0]).toBeLessThan(0)
  expect(early[0]).toBeGreaterThan(-20)
  expect(early[1]).toBeLessThan(1_000)
  expect(early[1]).toBeGreaterThan(980)
})

test('a command that reached the engine too late is not executed: -1008, and its number is resolved', async () => {
  const { engine, time, link } = timed(0)
  engine.open()
  await settled()
  engine.isLate = true
  const late = watch(link.submit(addAccount))
  time.turnNow()
  await settled()
  expect(late.state).toBe('-1008/503')
  expect(link.state.unanswered).toBe(0)
  expect(engine.exchange.catalogue().assets).toEqual([])
  engine.isLate = false
  const next = watch(link.submit(addAccount))
  time.turnNow()
  await settled()
  expect(next.state).toBe('done')
})

test('a late command whose refusal was lost is resent, and resolved too', async () => {
  const { engine, time, link } = timed(0)
  engine.open()
  await settled()
  engine.isLate = true
  engine.automatic = false
  const late = watch(link.submit(addAccount))
  time.turnNow()
  engine.cut()
  engine.forget()
  engine.isLate = false
  engine.automatic = true
  time.advanceNow(30)
  engine.open()
  await settled()
  time.turnNow()
  await settled()
  expect(late.state).toBe('-1008/503')
  expect(link.state.unanswered).toBe(0)
})

test('after a freeze between HELLO and WELCOME, commands whose hold is over are not sent', async () => {
  const { engine, time, link } = connected()
  engine.automatic = false
  const sent = watch(link.submit(addAccount))
  time.turnNow()
  engine.cut()
  engine.forget()
  const queued = watch(link.submit(addAccount))
  time.advanceNow(30)
  engine.isSlow = true
  engine.open()
  // The process is frozen, and the message is handled before any timer.
  time.stand(5_000)
  engine.deliver()
  time.turnNow()
  await settled()
  expect([sent.state, queued.state]).toEqual(['-1007/504', '-1008/503'])
  expect(engine.arrived.slice(2).map(({ kind, number }) => [kind, number])).toEqual([
    [CommandKind.OPEN_SESSION, 0],
    [CommandKind.TICK, 1],
  ])
})

test('after a slow WELCOME, commands wait until the engine has sent a newer time', async () => {
  const { engine, time, link } = timed(0)
  const done = watch(link.submit(addAccount))
  engine.isSlow = true
  engine.automatic = false
  engine.open()
  time.stand(600)
  const givenUpAt = time.elapsed() + 3_400
  engine.deliver()
  time.turnNow()
  expect(engine.frames).toEqual([])
  engine.automatic = true
  engine.deliver()
  await settled()
  time.turnNow()
  await settled()
  expect(done.state).toBe('done')
  expect(engine.deadlines[1]).toBeLessThan(givenUpAt)
  expect(engine.deadlines[1]).toBeGreaterThan(givenUpAt - 20)
})

test('another engine has another clock', async () => {
  const { engine, time, link } = timed(1_000_000)
  engine.open()
  await settled()
  engine.cut()
  engine.clock = () => time.elapsed()
  time.advanceNow(30)
  engine.open()
  await settled()
  void link.submit(addAccount)
  time.turnNow()
  expect(engine.deadlines.at(-1)).toBeLessThan(time.elapsed() + 4_000)
})
