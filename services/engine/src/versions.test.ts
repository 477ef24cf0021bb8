import { CommandKind, Exchange, Reject, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { LinkRole } from '@uptick/protocol'
import { describe, expect, test } from 'vitest'
import { beginHistory } from '../testing/history.ts'
import { Cluster, release, type Build } from '../testing/cluster.ts'
import { JournalAudit } from '../testing/journal-audit.ts'
import { member } from '../testing/memory-cluster.ts'
import { ProcessTime } from '../testing/process-time.ts'
import { SessionClient } from '../testing/session-client.ts'

const NEWER = 77
const ALL = [...SUPPORTED_BEHAVIOURS, NEWER]

function newClient(cluster: Cluster): SessionClient {
  const process = new ProcessTime(cluster.time)
  return new SessionClient({
    session: 1000,
    urls: cluster.urls,
    dial: cluster.dialler('client', process, LinkRole.OPERATOR),
    clock: process,
    timers: process,
  })
}

/**
 * Two engines, those at `newer` of the newer release, which lead and follow a journal that an older one began; and a
 * client that gives commands.
 */
async function setUp(newer: readonly number[]): Promise<{ cluster: Cluster; client: SessionClient }> {
  const build = (place: number): Build => release(newer.includes(place) ? ALL : SUPPORTED_BEHAVIOURS)
  const cluster = new Cluster({ seed: 5, engines: 2, build })
  beginHistory(cluster.store)
  cluster.start()
  const client = newClient(cluster)
  await cluster.time.advance(2_000)
  return { cluster, client }
}

const activate = { kind: CommandKind.ACTIVATE_BEHAVIOUR, value: NEWER }

test('a behaviour that one member does not know is not activated', async () => {
  const { cluster, client } = await setUp([0])
  const number = client.submit(activate)
  await cluster.time.advance(2_000)
  expect(client.replies.get(number)?.reject).toBe(Reject.BEHAVIOUR_UNKNOWN)
  expect(cluster.engines.map(({ role }) => role).toSorted()).toEqual(['leading', 'standby'])
  // Any leader names the member that lacks it, once.
  const { members } = cluster.leader!.engine.leader!
  expect(members.lacking(NEWER)).toEqual([expect.objectContaining({ how: expect.stringMatching(/^(leads|follows)$/) })])
})

describe('a standby that only reads the journal, and lacks the behaviour', () => {
  async function cutOff(): Promise<Awaited<ReturnType<typeof setUp>>> {
    const cluster = new Cluster({
      seed: 5,
      engines: 2,
      build: (place) => release(place === 0 ? ALL : SUPPORTED_BEHAVIOURS),
    })
    beginHistory(cluster.store)
    const [leading, reading] = cluster.urls
    cluster.network.cut(reading!, leading!)
    cluster.network.cut(leading!, reading!)
    cluster.start()
    // It comes too late to lead.
    cluster.members[1]!.process.stop()
    await cluster.time.advance(500)
    cluster.members[1]!.process.proceed()
    await cluster.time.advance(3_000)
    expect(cluster.engines.map(({ role, leader }) => [role, leader?.members.count])).toEqual([
      ['leading', 0],
      ['standby', undefined],
    ])
    return { cluster, client: newClient(cluster) }
  }

  test('keeps it from being activated, and is named', async () => {
    const { cluster, client } = await cutOff()
    const number = client.submit(activate)
    await cluster.time.advance(2_000)
    expect(client.replies.get(number)?.reject).toBe(Reject.BEHAVIOUR_UNKNOWN)
    expect(cluster.engines[1]!.role).toBe('standby')
    expect(cluster.engines[0]!.leader!.members.lacking(NEWER)).toEqual([
      { holder: cluster.members[1]!.holder, url: cluster.urls[1], how: 'reads' },
    ])
  })

  test('does not permanently, when it falls silent', async () => {
    const { cluster, client } = await cutOff()
    cluster.members[1]!.process.stop()
    await cluster.time.advance(25_000)
    const early = client.submit(activate)
    await cluster.time.advance(10_000)
    const late = client.submit(activate)
    await cluster.time.advance(1_000)
    expect([early, late].map((number) => client.replies.get(number)?.reject)).toEqual([
      Reject.BEHAVIOUR_UNKNOWN,
      Reject.NONE,
    ])
  })

  test('does not while only the database is unreachable: no member can sign then', async () => {
    const { cluster, client } = await cutOff()
    for (const { journal } of cluster.members) journal.down = new Error('away')
    await cluster.time.advance(60_000)
    for (const { journal } of cluster.members) journal.down = undefined
    await cluster.time.advance(1_000)
    const number = client.submit(activate)
    await cluster.time.advance(1_000)
    expect(client.replies.get(number)?.reject).toBe(Reject.BEHAVIOUR_UNKNOWN)
  })
})

test('one that every member knows is activated on all', async () => {
  const { cluster, client } = await setUp([0, 1])
  const number = client.submit(activate)
  await cluster.time.advance(2_000)
  expect(client.replies.get(number)?.reject).toBe(Reject.NONE)
  const states = cluster.engines.map(({ leader, standby }) => leader?.exchange ?? standby?.state.exchange)
  expect(states.map((exchange) => exchange?.catalogue().behaviours.includes(NEWER))).toEqual([true, true])
})

/** Behaviours that are active in each engine, in order of activation. */
function active(cluster: Cluster): readonly (readonly number[] | undefined)[] {
  return cluster.engines.map(({ leader, standby }) =>
    (leader?.exchange ?? standby?.state.exchange)?.catalogue().behaviours.toSorted((a, b) => a - b),
  )
}

test('a journal that an older release began keeps its behaviours until an operator activates more', async () => {
  const { cluster, client } = await setUp([0, 1])
  client.submit({ kind: CommandKind.TICK })
  await cluster.time.advance(2_000)
  expect(active(cluster)).toEqual([[], []])
})

describe('a new shard', () => {
  /** The first commands come after `waitMs`. */
  async function opened(builds: readonly Build[], seed: number, waitMs: number): Promise<Cluster> {
    const cluster = new Cluster({ seed, engines: builds.length, build: (place) => builds[place]! })
    cluster.start()
    await cluster.time.advance(waitMs)
    newClient(cluster).submit({ kind: CommandKind.TICK })
    await cluster.time.advance(2_000)
    return cluster
  }

  test('starts with everything that its engines know, before anything else', async () => {
    const cluster = await opened([release(ALL), release(ALL)], 5, 2_000)
    expect(active(cluster)).toEqual([ALL, ALL])
    const kinds: number[] = []
    const audit = new JournalAudit(new Exchange({ supportedBehaviours: ALL }), ({ kind }) => kinds.push(kind))
    for (const batch of cluster.store.batches) audit.add(batch)
    expect(kinds.slice(0, ALL.length)).toEqual(ALL.map(() => CommandKind.ACTIVATE_BEHAVIOUR))
    expect(kinds.lastIndexOf(CommandKind.ACTIVATE_BEHAVIOUR)).toBe(ALL.length - 1)
    expect(audit.violations).toEqual([])
  })

  test('of engines of two releases starts with what both know', async () => {
    const cluster = await opened([release(ALL), release(SUPPORTED_BEHAVIOURS)], 5, 2_000)
    expect(active(cluster)).toEqual([[...SUPPORTED_BEHAVIOURS], [...SUPPORTED_BEHAVIOURS]])
    expect(cluster.engines.map(({ role }) => role).toSorted()).toEqual(['leading', 'standby'])
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('activates once, whichever of three leads first (seed %i)', async (seed) => {
    const cluster = new Cluster({ seed, engines: 3, build: () => release(ALL) })
    cluster.start()
    const client = newClient(cluster)
    client.submit({ kind: CommandKind.TICK })
    // The first leader dies at some moment of its first batch.
    while (!cluster.leader) await cluster.time.advance(1)
    await cluster.time.advance(seed * 5)
    cluster.crash(cluster.leader ?? cluster.members[0]!)
    await cluster.time.advance(5_000)
    client.submit({ kind: CommandKind.TICK })
    await cluster.time.advance(2_000)
    expect(active(cluster)).toEqual([ALL, ALL, ALL])
    expect(client.violations).toEqual([])
    const activations: number[] = []
    const audit = new JournalAudit(new Exchange({ supportedBehaviours: ALL }), ({ kind, value }) => {
      if (kind === CommandKind.ACTIVATE_BEHAVIOUR) activations.push(value)
    })
    for (const batch of cluster.store.batches) audit.add(batch)
    expect(activations).toEqual(ALL)
  })
})

/** An engine of the current release on the journal of `cluster`, once it says that it is unfit, and why. */
async function unfit(cluster: Cluster): Promise<{ role: string; reasons: string[]; failures: string[] }> {
  const reasons: string[] = []
  const conditions = {
    set: (name: string, met: boolean, reason?: string) =>
      void (name === 'compatible' && !met && reasons.push(reason ?? '')),
  }
  const { engine, time, failures } = member(cluster.store, { conditions }, { behaviours: SUPPORTED_BEHAVIOURS })
  void engine.start()
  for (let i = 0; i < 200 && engine.role !== 'unfit'; i++) await time.advance(10)
  return { role: engine.role, reasons, failures }
}

test('a build that lacks a behaviour that is active refuses to lead, says which, and stays', async () => {
  const { cluster, client } = await setUp([0, 1])
  // Nothing follows it in the journal: the build must not wait for hashes to differ.
  client.submit(activate)
  await cluster.time.advance(1_000)
  expect(await unfit(cluster)).toEqual({
    role: 'unfit',
    reasons: [expect.stringMatching(/^sequence \d+ activated behaviour 77, which this build does not know$/)],
    failures: [],
  })
})

test('so does one that would have to start from a snapshot with such a behaviour', async () => {
  const { cluster, client } = await setUp([0, 1])
  client.submit(activate)
  await cluster.time.advance(500)
  const { engine } = cluster.leader!
  // Past what is retained: recovery begins with the snapshot.
  await cluster.time.advance(70_000)
  client.submit({ kind: CommandKind.TICK })
  await cluster.time.advance(500)
  const { sequence } = engine.leader!.exchange
  cluster.store.snapshots.push({ sequence, bytes: Buffer.from(engine.leader!.exchange.snapshot()), damaged: [] })
  await cluster.time.advance(70_000)
  client.submit({ kind: CommandKind.TICK })
  await cluster.time.advance(500)
  client.submit({ kind: CommandKind.TICK })
  await cluster.time.advance(500)
  expect(await unfit(cluster)).toEqual({
    role: 'unfit',
    reasons: ['behaviour 77 is unknown to this build'],
    failures: [],
  })
})

test('an older build that leads alone does not journal the activation of what it does not know', async () => {
  const cluster = new Cluster({ seed: 5, engines: 1, build: () => release(SUPPORTED_BEHAVIOURS) })
  beginHistory(cluster.store)
  cluster.start()
  const client = newClient(cluster)
  await cluster.time.advance(2_000)
  const number = client.submit(activate)
  await cluster.time.advance(1_000)
  expect(client.replies.get(number)?.reject).toBe(Reject.BEHAVIOUR_UNKNOWN)
  expect(cluster.leader!.engine.leader!.members.lacking(NEWER)).toEqual([{ holder: '', url: '', how: 'leads' }])
  // A newer release replays the journal to the same state.
  const audit = new JournalAudit(new Exchange({ supportedBehaviours: ALL }))
  for (const batch of cluster.store.batches) audit.add(batch)
  expect(audit.violations).toEqual([])
  expect(audit.exchange.runningHash()).toBe(cluster.leader!.engine.leader!.exchange.runningHash())
})
