import { CommandKind, Exchange } from '@uptick/core'
import type { TailOptions } from '@uptick/journal'
import { FrameType } from '@uptick/protocol'
import { describe, expect, test } from 'vitest'
import { LINK_WINDOW_MAX } from './limits.ts'
import { commandsFrame, member, started } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/journal-store.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'

const SESSION = 77

const open = { kind: CommandKind.OPEN_SESSION }
const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

describe('Engine', () => {
  test('nothing leaves before the journal has it, neither outcomes nor answers', async () => {
    const { journal, time, link } = await started(new JournalStore())
    journal.holding = true
    const gateway = link()
    gateway.hello(SESSION, 0)
    expect(gateway.of(FrameType.WELCOME)).toMatchObject([
      { epoch: 1, durable: 0, oldest: 1, windowMax: LINK_WINDOW_MAX },
    ])
    gateway.give(commandsFrame(SESSION, [open, account(1)]))
    await time.turn()
    gateway.ask(9, { kind: 'account', account: 1 })
    await time.advance(1000)
    expect(gateway.frames.length).toBe(1)
    journal.settle()
    await time.turn()
    expect(gateway.outcomes()).toEqual(['0 0', '1 0'])
    expect(gateway.of(FrameType.ANSWER)).toMatchObject([{ id: 9, sequence: 2, body: { account: 1 } }])
  })

  test('a question is answered after the commands that arrived before it, also waiting ones of other links', async () => {
    const { journal, time, link } = await started(new JournalStore())
    journal.holding = true
    const [gateway, other] = [link(), link()]
    gateway.hello(SESSION, 0)
    other.hello(SESSION + 1, 0)
    // Two appends are under way; the third command waits in the queue.
    for (const command of [open, account(1), account(2)]) {
      gateway.give(commandsFrame(SESSION, [command]))
      await time.turn()
    }
    other.ask(9, { kind: 'account', account: 2 })
    await time.turn()
    while (other.of(FrameType.ANSWER).length === 0) {
      journal.settle()
      await time.turn()
    }
    expect(other.of(FrameType.ANSWER)).toMatchObject([{ id: 9, sequence: 3, body: { account: 2 } }])
  })

  test('commands that arrive while a batch commits become one batch', async () => {
    const store = new JournalStore()
    const { journal, time, link } = await started(store)
    journal.holding = true
    const gateway = link()
    gateway.hello(SESSION, 0)
    for (let number = 0; number < 10; number++) {
      gateway.give(commandsFrame(SESSION, [number === 0 ? open : account(number)]))
      await time.turn()
    }
    journal.settle()
    await time.turn()
    journal.settle()
    await time.turn()
    expect(store.batches.map(({ first, last }) => [first, last])).toEqual([
      [1, 1],
      [2, 2],
      [3, 10],
    ])
    expect(gateway.fed()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('journaled time never falls, whatever the clock does', async () => {
    const { engine, time, link } = await started(new JournalStore())
    const gateway = link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open]))
    await time.turn()
    const before = engine.leader!.exchange.time
    time.wall -= 3_600_000_000
    gateway.give(commandsFrame(SESSION, [account(1)]))
    await time.turn()
    expect(engine.leader!.exchange.time).toBe(before)
    expect([engine.role, gateway.outcomes()]).toEqual(['leading', ['0 0', '1 0']])
  })

  test('a restart recovers the same state and answers a number that was executed again', async () => {
    const store = new JournalStore()
    const first = await started(store)
    const gateway = first.link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open, account(1), account(2)]))
    await first.time.turn()
    const hash = first.engine.leader!.exchange.stateHash()
    await first.engine.stop()
    expect(gateway.of(FrameType.GOODBYE)).toMatchObject([{ reason: { reason: 'stopping' } }])

    const second = await started(store)
    expect(second.engine.leader!.exchange.stateHash()).toBe(hash)
    expect(second.engine.leader!.epoch).toBe(2)
    const again = second.link()
    again.hello(SESSION, 2)
    again.give(commandsFrame(SESSION, [open, account(2), account(3)]))
    await second.time.turn()
    expect(again.fed()).toEqual([2, 3, 4, 5, 6])
    expect(again.outcomes().slice(-2)).toEqual(['2 0 repeated', '3 0'])
  })

  test('a snapshot that is old enough is where replay starts', async () => {
    const store = new JournalStore()
    const first = await started(store)
    const gateway = first.link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open, account(1)]))
    await first.time.turn()
    await first.journal.saveSnapshot({ sequence: 2, bytes: first.engine.leader!.exchange.snapshot() })
    await first.time.advance(120_000)
    gateway.give(commandsFrame(SESSION, [account(2)]))
    await first.time.turn()
    let restored = 0
    const second = await started(store, {
      openExchange: (snapshot) => {
        restored++
        return Exchange.restore(snapshot!)
      },
    })
    expect(restored).toBe(1)
    const { exchange, retained } = second.engine.standby!.state
    expect(exchange.stateHash()).toBe(first.engine.leader!.exchange.stateHash())
    expect(retained.oldest).toBe(3)
  })

  test('the first snapshot is passed over while it is too new for what is to be retained', async () => {
    const store = new JournalStore()
    const first = await started(store)
    const gateway = first.link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open]))
    await first.time.advance(59_000)
    gateway.give(commandsFrame(SESSION, [account(1)]))
    await first.time.advance(2_000)
    gateway.give(commandsFrame(SESSION, [account(2)]))
    await first.time.turn()
    const { exchange } = first.engine.leader!
    await first.journal.saveSnapshot({ sequence: exchange.sequence, bytes: exchange.snapshot() })
    const { retained } = (await started(store)).engine.standby!.state
    expect(retained.oldest).toBe(2)
    expect(retained.last).toBe(3)
  })

  test('an engine that was deposed answers nothing more and ends', async () => {
    const store = new JournalStore()
    const { engine, failures, time, link } = await started(store)
    const gateway = link()
    gateway.hello(SESSION, 0)
    store.epoch = 2
    gateway.give(commandsFrame(SESSION, [open]))
    await time.turn()
    expect(gateway.fed()).toEqual([])
    expect(gateway.of(FrameType.GOODBYE)).toMatchObject([{ reason: { reason: 'fenced' } }])
    expect(engine.role).toBe('fenced')
    expect(failures).toEqual(['another engine leads the shard'])
  })

  test('an unreachable journal keeps the engine unready; commands wait and are answered when it is back', async () => {
    const { journal, time, link, conditions } = await started(new JournalStore())
    const gateway = link()
    gateway.hello(SESSION, 0)
    journal.down = new Error('away')
    for (let number = 0; number < 5; number++) {
      gateway.give(commandsFrame(SESSION, [number === 0 ? open : account(number)]))
      await time.advance(1000)
    }
    expect(conditions.get('journal')).toBe(false)
    expect(gateway.fed()).toEqual([])
    journal.down = undefined
    await time.advance(3000)
    expect(conditions.get('journal')).toBe(true)
    expect(gateway.outcomes()).toEqual(['0 0', '1 0', '2 0', '3 0', '4 0'])
  })

  test('trouble with the journal while it followed does not keep a leader from being ready', async () => {
    const journal = new MemoryJournal(new JournalStore())
    let trouble: ((error: unknown) => void) | undefined
    const tail = journal.tail.bind(journal)
    journal.tail = (from, signal, options?: TailOptions) => {
      trouble = options?.onTrouble
      return tail(from, signal)
    }
    const { engine, conditions, time } = member(journal.store, { journal })
    const heard: (boolean | undefined)[] = []
    engine.onRole((role) => {
      if (role !== 'taking-over') return
      trouble?.(new Error('a connection that was cut'))
      heard.push(conditions.get('journal'))
    })
    const starting = engine.start()
    await time.advance(100)
    await starting
    expect(heard).toEqual([false])
    expect(engine.role).toBe('leading')
    expect(conditions.get('journal')).toBe(true)
  })

  test('a link that goes past its window is closed, others are not', async () => {
    const { journal, time, link } = await started(new JournalStore())
    const greedy = link()
    const modest = link()
    greedy.hello(SESSION)
    modest.hello(SESSION + 1)
    journal.holding = true
    for (let i = 0; i <= LINK_WINDOW_MAX / 4096; i++) {
      greedy.give(
        commandsFrame(
          SESSION,
          Array.from({ length: 4096 }, () => account(1)),
        ),
      )
    }
    modest.give(commandsFrame(SESSION + 1, [open]))
    await time.turn()
    expect(greedy.closedWith).toMatchObject({ code: 1008 })
    expect(modest.closedWith).toBeUndefined()
    journal.holding = false
    journal.settle()
    await time.advance(10)
    expect(modest.outcomes()).toEqual(['0 0'])
  })

  test('a session without link and commands for ten minutes expires by a journaled command', async () => {
    const { engine, time, link } = await started(new JournalStore())
    const gateway = link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open]))
    await time.advance(1_200_000)
    expect(engine.leader!.exchange.sessions().length).toBe(1)
    gateway.close(1000, 'gone')
    await time.advance(590_000)
    expect(engine.leader!.exchange.sessions().length).toBe(1)
    await time.advance(60_000)
    expect(engine.leader!.exchange.sessions().length).toBe(0)
  })

  test('an engine does not lead from a snapshot that is followed by a batch of another state', async () => {
    const store = new JournalStore()
    const first = await started(store)
    const gateway = first.link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open, account(1)]))
    await first.time.advance(120_000)
    gateway.give(commandsFrame(SESSION, [account(2)]))
    await first.time.turn()
    await first.engine.stop()
    expect(store.batches.map(({ last }) => last)).toEqual([2, 3])
    // The same commands, of which one has another text.
    const other = await started(new JournalStore())
    const stranger = other.link()
    stranger.hello(SESSION, 0)
    stranger.give(commandsFrame(SESSION, [open, { ...account(1), text: 'somebody else' }]))
    await other.time.turn()
    await first.journal.saveSnapshot({ sequence: 2, bytes: other.engine.leader!.exchange.snapshot() })
    const second = await started(store)
    expect([second.engine.role, second.conditions.get('hash-equal')]).toEqual(['diverged', false])
    expect(second.evidence.length).toBeGreaterThan(0)
    expect(store.epoch).toBe(1)
  })

  test('a gateway may ask for what comes next, not for what comes after that', async () => {
    const { time, link } = await started(new JournalStore())
    const gateway = link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open, account(1)]))
    await time.turn()
    const [next, ahead] = [link(), link()]
    next.hello(SESSION + 1, 3)
    ahead.hello(SESSION + 2, 4)
    gateway.give(commandsFrame(SESSION, [account(2), account(3)]))
    await time.turn()
    expect([next.of(FrameType.WELCOME).length, next.fed(), next.closedWith]).toEqual([1, [3, 4], undefined])
    expect(ahead.of(FrameType.GOODBYE)).toMatchObject([{ reason: { reason: 'ahead-of-journal' } }])
    expect([ahead.of(FrameType.WELCOME), ahead.fed(), ahead.closedWith?.code]).toEqual([[], [], 1013])
  })

  test('an engine that does not lead says so and closes the connection', () => {
    const { link } = member(new JournalStore())
    const gateway = link()
    gateway.hello(SESSION, 0)
    expect(gateway.of(FrameType.GOODBYE)).toMatchObject([{ reason: { reason: 'starting' } }])
    expect(gateway.closedWith).toMatchObject({ code: 1013 })
  })
})
