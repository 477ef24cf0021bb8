import { Command, Exchange } from '@uptick/core'
import { CommandsFrame } from '@uptick/protocol'
import type { EngineSeams, EngineSettings } from '../src/engine-seams.ts'
import { Engine } from '../src/engine.ts'
import { LEASE_MS_DEFAULT } from '@uptick/link'
import { RETAINED_BYTES_MAX } from '../src/limits.ts'
import type { DialMember } from '../src/seams.ts'
import type { JournalStore } from './journal-store.ts'
import { MemoryJournal } from './memory-journal.ts'
import { MemoryLease } from './memory-lease.ts'
import { MemoryLink } from './memory-link.ts'
import { VirtualTime } from '@uptick/runtime/testing'

/** An engine on simulated surroundings, and what it said about itself. */
export interface Member {
  readonly engine: Engine
  readonly journal: MemoryJournal
  readonly time: VirtualTime
  readonly conditions: Map<string, boolean>
  readonly failures: string[]
  readonly evidence: string[]
  readonly link: () => MemoryLink
}

let members = 0

/** A network without other members. */
const emptyNetwork: DialMember = () => ({ send: () => undefined, close: () => undefined })

/** An engine on `store`, not started. It activates nothing, so that sequences count the commands of the test alone. */
export function member(
  store: JournalStore,
  overrides: Partial<EngineSeams> = {},
  settings: Partial<EngineSettings> = {},
): Member {
  const journal = new MemoryJournal(store)
  const time = new VirtualTime()
  const conditions = new Map<string, boolean>()
  const failures: string[] = []
  const holder = `member ${++members}`
  const url = `memory://${members}`
  const evidence: string[] = []
  const engine = new Engine(
    {
      journal,
      clock: time,
      timers: time,
      lease: new MemoryLease(store, { holder, url, leaseMs: LEASE_MS_DEFAULT, time, journal }),
      others: () => [],
      dialMember: emptyNetwork,
      // What is tested here comes after the handshake.
      door: { keys: () => [], isOptional: true },
      evidence: {
        keep: (name) => {
          evidence.push(name)
          return name
        },
        find: () => undefined,
        discard: () => undefined,
      },
      openExchange: (snapshot) => (snapshot ? Exchange.restore(snapshot) : new Exchange()),
      recordedThrough: () => Promise.resolve(0),
      conditions: { set: (name, met) => void conditions.set(name, met) },
      log: { info: () => {}, warn: () => {}, error: () => {} },
      observer: { batch: () => {}, committed: () => {}, handedOff: () => {}, snapshot: () => {} },
      fail: (reason) => failures.push(reason),
      ...overrides,
    },
    {
      shard: 0,
      url,
      ackPolicy: 'journal',
      appendsInFlightMax: 2,
      retainedBytesMax: RETAINED_BYTES_MAX,
      leaseMs: LEASE_MS_DEFAULT,
      snapshots: { commands: 1_000_000, seconds: 3_600, kept: 3 },
      behaviours: [],
      ...settings,
    },
  )
  const link = (): MemoryLink => new MemoryLink(engine)
  return { engine, journal, time, conditions, failures, evidence, link }
}

/** Starts a member and lets it come to lead, or to whatever it comes to. */
export async function started(store: JournalStore, overrides: Partial<EngineSeams> = {}): Promise<Member> {
  const made = member(store, overrides)
  const starting = made.engine.start()
  await made.time.advance(100)
  await starting
  return made
}

/** A frame with one command for each entry; what an entry does not set is at its default. */
export function commandsFrame(session: number, commands: readonly Partial<Command>[], deadline?: number): Buffer {
  const frame = new CommandsFrame().begin(session, deadline)
  const command = new Command()
  for (const fields of commands) {
    command.reset()
    Object.assign(command, fields)
    command.session = session
    frame.add(command)
  }
  return frame.finish()
}
