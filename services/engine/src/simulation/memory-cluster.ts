import { Command, Exchange } from '@uptick/core'
import { CommandsFrame } from '@uptick/protocol'
import { Engine, type EngineSeams } from '../engine.ts'
import { RETAINED_BYTES_MAX } from '../limits.ts'
import { MemoryJournal, type JournalStore } from './memory-journal.ts'
import { MemoryLink } from './memory-link.ts'
import { VirtualTime } from './virtual-time.ts'

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

/** An engine on `store`, not started. */
export function member(store: JournalStore, overrides: Partial<EngineSeams> = {}): Member {
  const journal = new MemoryJournal(store)
  const time = new VirtualTime()
  const conditions = new Map<string, boolean>()
  const failures: string[] = []
  const evidence: string[] = []
  const engine = new Engine(
    {
      journal,
      clock: time,
      timers: time,
      leadership: { acquire: () => Promise.resolve(), release: () => Promise.resolve() },
      evidence: {
        keep: (name) => {
          evidence.push(name)
          return name
        },
      },
      openExchange: (snapshot) => (snapshot ? Exchange.restore(snapshot) : new Exchange()),
      recordedThrough: () => Promise.resolve(0),
      conditions: { set: (name, met) => void conditions.set(name, met) },
      log: { info: () => {}, warn: () => {}, error: () => {} },
      observer: { batch: () => {}, committed: () => {} },
      fail: (reason) => failures.push(reason),
      ...overrides,
    },
    { shard: 0, ackPolicy: 'journal', appendsInFlightMax: 2, retainedBytesMax: RETAINED_BYTES_MAX },
  )
  const link = (): MemoryLink => new MemoryLink((socket) => engine.connect(socket))
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
export function commandsFrame(session: number, commands: readonly Partial<Command>[]): Buffer {
  const frame = new CommandsFrame().begin(session)
  const command = new Command()
  for (const fields of commands) {
    command.reset()
    Object.assign(command, fields)
    command.session = session
    frame.add(command)
  }
  return frame.finish()
}
