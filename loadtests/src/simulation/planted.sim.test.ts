import { type Command, CommandKind, eachEvent, EventKind, Exchange, LevelAt, Side, TradeAt } from '@uptick/core'
import { JournalGapError, JournalRolledBackError } from '@uptick/journal'
import { decodeFrame, encodeHello, FrameType, type HelloFrame } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { copyCommand } from '@uptick/core/testing'
import { release, DistantJournal, DistantLease } from '@uptick/engine/testing'
import { OUTCOME_UNKNOWN } from '@uptick/gateway'
import { everyBehaviour } from './operator.ts'
import { simulate, type SimulationOptions } from './simulate.ts'

/*
 * A checker that cannot fail proves nothing, so each one gets a bug that it should detect. The same seeds pass without
 * the bug.
 */
type Bug = NonNullable<SimulationOptions['planted']>

const SEEDS_MAX = 12

/** The violations of `invariant` in the first seed that has any. */
async function found(invariant: string, planted: Bug, isCalm = false): Promise<string[]> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const { violations } = await simulate({ seed, planted, isCalm })
    const ofIt = violations.filter((text) => text.startsWith(`${invariant}:`))
    if (ofIt.length > 0) return ofIt
  }
  return []
}

/** The HELLO frame in these bytes, if it is one. */
function helloIn(bytes: Buffer): HelloFrame | undefined {
  const frame = decodeFrame(bytes)
  return frame.type === FrameType.HELLO ? frame : undefined
}

/** Every engine, and the replay, with one changed rule. */
function rule(change: (command: Command) => void): Bug {
  const changed = (exchange: Exchange): Exchange => {
    const execute = exchange.execute.bind(exchange)
    exchange.execute = (command, sequence, time) => {
      const copy = copyCommand(command)
      change(copy)
      return execute(copy, sequence, time)
    }
    return exchange
  }
  const { behaviours, openExchange } = release(everyBehaviour)
  return {
    build: () => ({ behaviours, openExchange: (snapshot) => changed(openExchange(snapshot)) }),
    replay: () => changed(openExchange(undefined)),
  }
}

/** A state machine that executes correctly and reports wrong events. */
function telling(change: (kind: EventKind, words: Int32Array, at: number) => void): Bug {
  return {
    replay: () => {
      const exchange = new Exchange({ supportedBehaviours: everyBehaviour })
      const execute = exchange.execute.bind(exchange)
      exchange.execute = (command, sequence, time) => {
        const reject = execute(command, sequence, time)
        const { words } = exchange.output
        eachEvent(words, 0, (kind, at) => change(kind as EventKind, words, at))
        return reject
      }
      return exchange
    },
  }
}

/** Add to the double at an even offset. */
function add(words: Int32Array, at: number, more: number): void {
  const view = new DataView(words.buffer, words.byteOffset + at * 4, 8)
  view.setFloat64(0, view.getFloat64(0, true) + more, true)
}

test('without a bug, nothing is found', async () => {
  for (let seed = 1; seed <= SEEDS_MAX; seed++)
    expect((await simulate({ seed })).violations, `seed ${seed}`).toEqual([])
})

test('I1: a deposit adds one unit more than was paid in', async () => {
  const generous = rule((command) => {
    if (command.kind === CommandKind.DEPOSIT) command.amount++
  })
  expect(await found('I1', generous, true)).not.toEqual([])
})

test('I2: the end of the journal is lost, and no member restores it', async () => {
  const afterwards: Bug['afterwards'] = ({ cluster }) => void cluster.store.batches.pop()
  expect(await found('I2', { afterwards }, true)).not.toEqual([])
})

/** A member that accepts any change of the journal, and takes every contradiction for a fence. */
class BelievingJournal extends DistantJournal {
  override async confirm(): ReturnType<DistantJournal['confirm']> {
    const head = { epoch: Number.MAX_SAFE_INTEGER, last: Number.MAX_SAFE_INTEGER }
    return { head, claim: undefined, holds: true, released: 0 }
  }

  override async append(...parameters: Parameters<DistantJournal['append']>): ReturnType<DistantJournal['append']> {
    try {
      return await super.append(...parameters)
    } catch (error) {
      if (error instanceof JournalRolledBackError || error instanceof JournalGapError) return 'fenced'
      throw error
    }
  }
}

test('I2: rows are lost that members hold, and no member reports it', async () => {
  const openJournal: Bug['openJournal'] = (...parts) => new BelievingJournal(...parts)
  expect((await found('I2', { openJournal })).join()).toMatch(/gone without a halt/)
})

test('I2: rows that only gateways know of are lost, and they do not report it', async () => {
  const tap: Bug['tap'] = (_from, _to, bytes) => {
    const frame = helloIn(bytes)
    return frame ? encodeHello({ instance: frame.instance, session: frame.session, feedFrom: frame.feedFrom }) : bytes
  }
  expect(await found('I2', { tap, hasAftermath: true }, true)).toEqual([
    'I2: what only gateways knew is gone without a halt',
  ])
})

test('I2: a gateway reports outcomes that no engine has sent it', async () => {
  const tap: Bug['tap'] = (_from, _to, bytes) => {
    const frame = helloIn(bytes)
    if (!frame?.seen) return bytes
    return encodeHello({ ...frame, seen: { ...frame.seen, sum: frame.seen.sum ^ 1 } })
  }
  expect((await found('I2', { tap, nemesis: 'connections reset' })).join()).toMatch(
    /halted at \d+ ms, and nothing was lost/,
  )
})

test('I3: a gateway sends a slow order again as a new order', async () => {
  expect(await found('I3', { trader: 'sends again what takes long' })).not.toEqual([])
})

test('I4: a gateway reports a slow order as never placed', async () => {
  expect(await found('I4', { trader: 'takes what is slow for dead' })).not.toEqual([])
})

test('I4: engines without deadlines execute an order after a client was told that there is none', async () => {
  const tap: Bug['tap'] = (_from, _to, frame) => {
    const isTimed = (frame.readInt32LE(0) & 0xff) === FrameType.COMMANDS && frame.readInt32LE(20) === 1
    if (isTimed) frame.writeDoubleLE(Number.MAX_VALUE, 24)
    return frame
  }
  expect((await found('I4', { tap, nemesis: 'gateway cut off' })).join()).toMatch(
    /did not exist at \d+ and came to life/,
  )
})

test('I5: one account gets priority by a price that it did not name', async () => {
  const favour = rule((command) => {
    if (command.kind === CommandKind.PLACE && command.account === 1 && command.price > 0) command.price++
  })
  expect(await found('I5', favour, true)).not.toEqual([])
})

test('I6: an order is filled beyond its quantity; a book is crossed', async () => {
  const overfill = telling((kind, words, at) => {
    if (kind === EventKind.TRADE) add(words, at + TradeAt.QUANTITY, 1_000)
  })
  expect((await found('I6', overfill, true)).join()).toMatch(/is filled/)
  const crossed = telling((kind, words, at) => {
    if (kind === EventKind.LEVEL && words[at + LevelAt.SIDE] === Side.BUY) add(words, at + LevelAt.PRICE, 60)
  })
  expect((await found('I6', crossed, true)).join()).toMatch(/is crossed/)
})

test('I7: an epoch falls; a sequence is missing; an epoch has two claims', async () => {
  const falls: Bug['afterwards'] = ({ cluster: { store } }) => {
    store.batches[2] = { ...store.batches[2]!, epoch: 9 }
  }
  expect((await found('I7', { afterwards: falls }, true)).join()).toMatch(/epoch/)
  const gap: Bug['afterwards'] = ({ cluster: { store } }) => {
    const [batch] = store.batches.splice(-1)
    store.batches.push({ ...batch!, first: batch!.first + 1 })
  }
  expect((await found('I7', { afterwards: gap }, true)).join()).toMatch(/follows/)
  const twice: Bug['afterwards'] = ({ cluster: { store } }) => {
    const last = store.batches.length - 1
    store.batches[last] = { ...store.batches[last]!, claim: -1 }
  }
  expect((await found('I7', { afterwards: twice }, true)).join()).toMatch(/two claims/)
})

test('I8: one engine has another rule; it is detected, and never leads', async () => {
  const { behaviours, openExchange } = release(everyBehaviour)
  const { build: other } = rule((command) => {
    if (command.kind === CommandKind.DEPOSIT) command.amount++
  })
  const build = (place: number): ReturnType<typeof release> => (place === 1 ? other!(1) : { behaviours, openExchange })
  // The first member leads; then one of the two kinds is the exception.
  expect((await found('I8', { build }, true)).join()).toMatch(/is diverged/)
})

test('I9: a message of the feed is lost on a connection that stays up', async () => {
  let count = 0
  const tap: Bug['tap'] = (_from, to, frame) => {
    const isOutcomes = (frame.readInt32LE(0) & 0xff) === FrameType.OUTCOMES && to.startsWith('gateway')
    return isOutcomes && ++count % 50 === 0 ? undefined : frame
  }
  expect((await found('I9', { tap }, true)).join()).toMatch(/began anew/)
})

/** Reports a batch as written when it is still in flight. */
class HastyJournal extends DistantJournal {
  override append(batch: Parameters<DistantJournal['append']>[0]): ReturnType<DistantJournal['append']> {
    void super.append(batch).catch(() => undefined)
    return Promise.resolve('appended')
  }
}

test('I9: outcomes are sent before they are durable', async () => {
  const openJournal: Bug['openJournal'] = (...parts) => new HastyJournal(...parts)
  expect((await found('I9', { openJournal }, true)).join()).toMatch(/durable was/)
})

test('I10: a gateway answers queries from earlier answers', async () => {
  const gateway: Bug['gateway'] = (lazy) => {
    const known = new Map<string, ReturnType<typeof lazy.query>>()
    const query = lazy.query.bind(lazy)
    lazy.query = (question) => {
      const text = JSON.stringify(question)
      const answer = known.get(text) ?? query(question)
      known.set(text, answer)
      return answer
    }
  }
  expect((await found('I10', { gateway }, true)).join()).toMatch(/was told already/)
})

/** Believes that it leads without checking. */
class TrustingLease extends DistantLease {
  override leads(): Promise<boolean> {
    return Promise.resolve(true)
  }
}

/** Reads no clock but its own. */
class BlindLease extends DistantLease {
  override get reading(): undefined {
    return undefined
  }
}

test('I10: a leader answers queries after another one has taken over unnoticed', async () => {
  const openLease: Bug['openLease'] = (...parts) => new TrustingLease(...parts)
  expect((await found('I10', { openLease, nemesis: 'taken for dead' })).join()).toMatch(/was told already/)
})

test('I12: builds claim to know behaviours that they lack', async () => {
  expect(await found('I12', { build: () => release(everyBehaviour), behaviours: [] })).not.toEqual([])
})

test('recovery: an engine does not start again', async () => {
  const broken = (): never => {
    throw new Error('no state machine today')
  }
  const build = (place: number): ReturnType<typeof release> =>
    place === 1 ? { behaviours: everyBehaviour, openExchange: broken } : release(everyBehaviour)
  expect((await found('recovery', { build }, true)).join()).toMatch(/the engines are .*recovering/)
})

test('hold: a gateway gives up requests at once', async () => {
  const gateway: Bug['gateway'] = ({ link, process }) => {
    const submit = link.submit.bind(link)
    let count = 0
    link.submit = (build, sendBefore) =>
      ++count % 40 === 0
        ? new Promise((_resolve, reject) => process.after(500, () => reject(OUTCOME_UNKNOWN)))
        : submit(build, sendBefore)
  }
  expect(await found('hold', { gateway })).not.toEqual([])
})

test('time: an engine whose clock is an hour ahead journals that time', async () => {
  const openLease: Bug['openLease'] = (store, options, ways) => new BlindLease(store, options, ways)
  expect(await found('time', { openLease, nemesis: 'engine clock leapt' })).not.toEqual([])
})

/** Reports that it could write without checking. */
class BoastfulJournal extends DistantJournal {
  override rehearse(): Promise<void> {
    return Promise.resolve()
  }
}

test('readiness: a standby does not check whether it could write', async () => {
  const openJournal: Bug['openJournal'] = (...parts) => new BoastfulJournal(...parts)
  const planted: Bug = { openJournal, isLong: true, nemesis: 'journal read-only' }
  expect((await found('readiness', planted)).join()).toMatch(/says that it is ready and cannot write/)
})
