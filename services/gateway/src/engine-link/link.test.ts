import { CommandKind, EventKind, Reject, readOutcome } from '@uptick/core'
import { describe, expect, test } from 'vitest'
import { addAccount, connected, settled, setUp, watch } from '../../testing/linked-engine.ts'

describe('sending', () => {
  test('commands of one turn travel in one frame, numbered without gaps, after OPEN_SESSION', async () => {
    const { engine, time, link } = connected()
    const replies = [link.submit(addAccount), link.submit(addAccount), link.submit(addAccount)]
    time.turnNow()
    await Promise.all(replies)
    expect(engine.frames.map((frame) => frame.map(({ kind, number }) => [kind, number]))).toEqual([
      [[CommandKind.OPEN_SESSION, 0]],
      [
        [CommandKind.ADD_ACCOUNT, 1],
        [CommandKind.ADD_ACCOUNT, 2],
        [CommandKind.ADD_ACCOUNT, 3],
      ],
    ])
  })

  test('a reply is the outcome of its own command', async () => {
    const { time, link } = connected()
    const replies = [link.submit(addAccount), link.submit(addAccount)]
    time.turnNow()
    const outcomes = (await Promise.all(replies)).map(({ words, offset }) => readOutcome(words, offset))
    expect(outcomes.map((outcome) => [outcome.number, outcome.reject])).toEqual([
      [1, Reject.NONE],
      [2, Reject.NONE],
    ])
    expect(outcomes.flatMap(({ events }) => events.map((event) => event.kind))).toContain(EventKind.CATALOGUE)
  })

  test('every frame confirms the replies received so far', async () => {
    const { engine, time, link } = connected()
    for (let i = 0; i < 3; i++) {
      const reply = link.submit(addAccount)
      time.turnNow()
      await reply
    }
    expect(engine.arrived.map(({ confirmed }) => confirmed)).toEqual([0, 0, 1, 2])
  })

  test('no more commands are unanswered than the engine allows', async () => {
    const { engine, time, link } = setUp()
    engine.windowMax = 2
    engine.automatic = false
    link.start()
    engine.open()
    const replies = [1, 2, 3, 4, 5].map(() => link.submit(addAccount))
    time.turnNow()
    expect(link.state).toMatchObject({ unanswered: 2, queued: 3 })
    for (let i = 0; i < 3; i++) {
      engine.deliver()
      time.turnNow()
    }
    await Promise.all(replies)
    expect(engine.arrived.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('a command that waited past its time window is refused and takes no number', async () => {
    const { engine, time, link } = setUp()
    link.start()
    const late = watch(link.submit(addAccount, time.now() + 1000))
    const good = link.submit(addAccount)
    time.advanceNow(2)
    engine.open()
    time.turnNow()
    await good
    expect(late.state).toBe('-1021/400')
    expect(engine.arrived.map(({ number }) => number)).toEqual([0, 1])
  })
})

describe('hold', () => {
  test('queued and never sent: -1008 past the bound, and it is not sent later', async () => {
    const { engine, time, link } = setUp()
    engine.accepts = false
    link.start()
    const seen = watch(link.submit(addAccount))
    time.advanceNow(3900)
    await settled()
    expect(seen.state).toBe('pending')
    time.advanceNow(200)
    await settled()
    expect(seen.state).toBe('-1008/503')
    engine.accepts = true
    for (let i = 0; i < 100; i++) {
      time.advanceNow(20)
      engine.open()
    }
    expect(engine.arrived.map(({ kind }) => kind)).toEqual([CommandKind.OPEN_SESSION])
  })

  test('a step of the wall clock makes the bound neither shorter nor longer', async () => {
    const { engine, time, link } = setUp()
    engine.accepts = false
    link.start()
    const seen = [watch(link.submit(addAccount)), watch(link.query({ kind: 'totals' }))]
    time.wall += 60_000_000
    time.advanceNow(3900)
    await settled()
    expect(seen.map(({ state }) => state)).toEqual(['pending', 'pending'])
    time.wall += -3_600_000_000
    time.advanceNow(200)
    await settled()
    expect(seen.map(({ state }) => state)).toEqual(['-1008/503', '-1008/503'])
  })

  test('sent and unanswered: -1007 past the bound, its number is resolved without coming to life', async () => {
    const { engine, time, link } = connected()
    engine.automatic = false
    const seen = watch(link.submit(addAccount))
    time.turnNow()
    time.advanceNow(4100)
    await settled()
    expect(seen.state).toBe('-1007/504')
    // It never reached a journal: the other leader does not know it.
    const next = link.submit(addAccount)
    time.turnNow()
    engine.cut()
    engine.automatic = true
    engine.frames.length = 0
    time.advanceNow(110)
    engine.open()
    time.turnNow()
    await next
    expect(engine.arrived.map(({ kind, number }) => [kind, number])).toEqual([
      [CommandKind.OPEN_SESSION, 0],
      [CommandKind.TICK, 1],
      [CommandKind.ADD_ACCOUNT, 2],
    ])
    expect(link.state.unanswered).toBe(0)
  })

  test('the queue is bounded', async () => {
    const { link } = setUp({ queueMax: 3 })
    link.start()
    const seen = [1, 2, 3, 4].map(() => watch(link.submit(addAccount)))
    await settled()
    expect(seen.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending', '-1008/503'])
  })

  test('a question that the engine refuses as one too many: -1008, and the listing is asked for again', async () => {
    const { engine, time, link } = setUp()
    engine.refusal = 'too many answers wait'
    link.start()
    engine.open()
    const seen = watch(link.query({ kind: 'status' }))
    time.turnNow()
    await settled()
    expect([seen.state, link.state.connected]).toEqual(['-1008/503', false])
    engine.refusal = undefined
    time.advanceNow(100)
    await settled()
    expect(link.state.connected).toBe(true)
  })

  test('the caller learns that an engine of the previous release does not know its question', async () => {
    const { engine, time, link } = connected()
    await settled()
    engine.refusal = 'unknown query "lacking"'
    const asked = link.query({ kind: 'lacking', behaviour: 1 })
    time.turnNow()
    expect(await asked).toMatchObject({ value: { error: 'unknown query "lacking"' } })
  })

  test('a question that no engine answers: -1008', async () => {
    const { engine, time, link } = connected()
    engine.automatic = false
    const seen = watch(link.query({ kind: 'status' }))
    time.advanceNow(4100)
    await settled()
    expect(seen.state).toBe('-1008/503')
  })
})

describe('another leader', () => {
  test('unanswered commands are sent again in order, and executed once', async () => {
    const { engine, time, link } = connected()
    await settled()
    engine.automatic = false
    const replies = [link.submit(addAccount), link.submit(addAccount)]
    time.turnNow()
    engine.cut()
    engine.automatic = true
    time.advanceNow(30)
    expect(engine.dialled).toEqual(['ws://one', 'ws://two'])
    engine.open()
    const outcomes = (await Promise.all(replies)).map(({ words, offset }) => readOutcome(words, offset))
    expect(outcomes.map(({ number, reject }) => [number, reject])).toEqual([
      [1, Reject.NONE],
      [2, Reject.NONE],
    ])
    // Two accounts, not four: the third gets id 3.
    const third = link.submit(addAccount)
    time.turnNow()
    const { words, offset } = await third
    expect(readOutcome(words, offset).events).toContainEqual(expect.objectContaining({ subject: 'account', id: 3 }))
  })

  test('the feed goes on where it stopped, without a gap and without a repetition', async () => {
    const { engine, time, link } = connected()
    const seen: number[] = []
    link.onOutcomes((_words, _from, _to, first, last) => {
      for (let sequence = first; sequence <= last; sequence++) seen.push(sequence)
    })
    const first = link.submit(addAccount)
    time.turnNow()
    await first
    engine.automatic = false
    const second = link.submit(addAccount)
    time.turnNow()
    engine.cut()
    engine.automatic = true
    time.advanceNow(30)
    engine.open()
    await second
    expect(engine.hellos.map(({ feedFrom }) => feedFrom)).toEqual([1, 3])
    expect(seen).toEqual([...seen.keys()].map((index) => index + seen[0]!))
    expect(seen.at(-1)).toBe(engine.exchange.sequence)
  })

  test('an expired session is replaced, and the command that found out is executed in the new one', async () => {
    const { engine, time, link } = connected()
    const expire = link.submit((command) => {
      command.kind = CommandKind.END_SESSION
    })
    time.turnNow()
    await expire
    const reply = link.submit(addAccount)
    time.turnNow()
    time.advanceNow(30)
    engine.open()
    time.turnNow()
    const { words, offset } = await reply
    expect(readOutcome(words, offset)).toMatchObject({ reject: Reject.NONE, number: 1 })
  })

  test('the link leaves a frozen engine when nothing comes back', () => {
    const { engine, time, link } = connected()
    engine.automatic = false
    watch(link.submit(addAccount))
    time.turnNow()
    time.advanceNow(1600)
    expect(engine.dialled).toEqual(['ws://one', 'ws://two'])
  })

  test('a gateway that only listens also leaves an engine that died silently', async () => {
    const { engine, time } = connected()
    await settled()
    engine.automatic = false
    time.advanceNow(900)
    expect(engine.dialled).toEqual(['ws://one'])
    time.advanceNow(2000)
    expect(engine.dialled.slice(0, 2)).toEqual(['ws://one', 'ws://two'])
  })

  test('the link soon leaves an engine that does not open the connection', () => {
    const { engine, time, link } = setUp()
    link.start()
    time.advanceNow(350)
    expect(engine.dialled).toEqual(['ws://one', 'ws://two'])
  })

  test('a goodbye that names the leader is followed at once; engines that name each other are not asked without pause', () => {
    const { engine, time } = connected()
    engine.goodbye({ reason: 'handed-off', leader: 'ws://three/link' })
    time.advanceNow(0)
    expect(engine.dialled).toEqual(['ws://one', 'ws://three/link'])
    for (let i = 0; i < 20; i++) {
      engine.goodbye({ reason: 'standby', leader: 'ws://one/link' })
      time.advanceNow(0)
    }
    expect(engine.dialled.length).toBeLessThan(10)
  })
})

test('the catalogue is loaded and follows the feed', async () => {
  const { time, link } = connected()
  await settled()
  expect(link.state.connected).toBe(true)
  const reply = link.submit((command) => {
    command.kind = CommandKind.ADD_ASSET
    command.text = JSON.stringify({ code: 'BTC', decimals: 8 })
  })
  time.turnNow()
  await reply
  expect(link.catalogue.asset('BTC')).toEqual({ id: 0, code: 'BTC', decimals: 8 })
})
