import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, CommandKind, Exchange } from '@uptick/core'
import { FolderStore, JournalArchive, JournalPrunedError, openJournal, Retention } from '@uptick/journal'
import { createDatabase, makeSmallPartitions } from '@uptick/journal/testing'
import { BatchReader } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { startEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const SESSION = 77

test('an engine starts cold from a snapshot and what the journal still has, and forgets nothing', async () => {
  const database = await createDatabase()
  await makeSmallPartitions(database.url, 50, 200)
  const folder = mkdtempSync(join(tmpdir(), 'uptick-archive-'))
  const archive = new JournalArchive(new FolderStore(folder))
  const journal = openJournal(database.url, { shard: 0 })
  const whole = openJournal(database.url, { shard: 0, archive })
  let engine = await startEngine(database.url)
  const state = new Exchange({ shard: 0 })
  const reader = new BatchReader()
  const command = new Command()

  /** Follow the journal to its end, and save what it has led to. */
  const snapshot = async (): Promise<void> => {
    for await (const batch of whole.read(state.sequence + 1)) {
      reader.open(batch.payload)
      while (reader.next(command)) {
        state.output.clear()
        if (reader.sequence > state.sequence) state.execute(command, reader.sequence, reader.time)
      }
    }
    await journal.saveSnapshot({ sequence: state.sequence, bytes: state.snapshot() })
  }
  const retention = new Retention(database.url, {
    shard: 0,
    archive,
    keptSeconds: 0,
    recorded: async () => new Map([[0, state.sequence]]),
    confirm: async () => undefined,
  })
  try {
    let gateway = await TestGateway.connect(engine.url, SESSION, 1)
    gateway.openSession()
    for (let number = 1; number <= 260; number++) {
      gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` }])
      await gateway.untilReplied(number)
      if (number === 180 || number === 220) await snapshot()
    }
    const before = (await gateway.ask({ kind: 'status' })).body
    await gateway.hangUp()
    await engine.stop()
    const { removed } = await retention.pass()
    expect(removed.length).toBeGreaterThan(1)
    await expect(
      (async () => {
        for await (const _ of journal.read(1)) return
      })(),
    ).rejects.toBeInstanceOf(JournalPrunedError)

    engine = await startEngine(database.url)
    gateway = await TestGateway.connect(engine.url, SESSION, 1)
    expect((await gateway.ask({ kind: 'status' })).body).toMatchObject({
      sequence: (before as { sequence: number }).sequence,
    })
    // A number from before the oldest batch: answered from the session's memory, not executed again.
    gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number: 3, text: 'account 3' }])
    await gateway.untilReplied(3)
    gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number: 261, text: 'account 261' }])
    await gateway.untilReplied(261)
    await gateway.hangUp()
    await snapshot()
    expect(state.counts().accounts).toBe(261)
    expect((await journal.head()).last).toBe(state.sequence)

    // A replay of everything that ever happened comes to the same state.
    const audit = new Exchange({ shard: 0 })
    for await (const batch of whole.read(1)) {
      reader.open(batch.payload)
      if (reader.hashBefore !== undefined) expect(reader.hashBefore).toBe(BigInt.asUintN(64, audit.runningHash()))
      while (reader.next(command)) {
        audit.output.clear()
        audit.execute(command, reader.sequence, reader.time)
      }
    }
    expect(audit.stateHash()).toBe(state.stateHash())
  } finally {
    await engine.stop()
    await Promise.all([journal.close(), whole.close(), retention.close()])
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  }
})
