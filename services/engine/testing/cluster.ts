import { Exchange, STEP_WORK_MAX, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { Presence } from '@uptick/journal'
import { LEASE_MS_DEFAULT, parseLinkKeys, provenDial, type Dial } from '@uptick/link'
import { LinkRole, NONCE_BYTES } from '@uptick/protocol'
import { NEVER_LEADS, type EngineSettings, type Role } from '../src/engine-seams.ts'
import { Engine } from '../src/engine.ts'
import { Distance } from './distance.ts'
import { DistantJournal, DistantLease, type StoreWays } from './distant-store.ts'
import { JournalStore } from './journal-store.ts'
import { MemoryEvidence } from './memory-evidence.ts'
import { MemoryNetwork } from './memory-network.ts'
import { DistantRoster } from './memory-roster.ts'
import { drift, ProcessTime } from './process-time.ts'
import { Random, VirtualTime } from '@uptick/runtime/testing'

/** How long what is asked of PostgreSQL stays unanswered before it is given up, as by the journal's connections. */
const WRITE_MS_MAX = 3_000
const READ_MS_MAX = 5_000
const settings: Omit<EngineSettings, 'url' | 'behaviours'> = {
  shard: 0,
  ackPolicy: 'journal',
  appendsInFlightMax: 2,
  retainedBytesMax: 16 << 20,
  leaseMs: LEASE_MS_DEFAULT,
  snapshots: { commands: 300, seconds: 5, kept: 3 },
}
const keys = parseLinkKeys('known-to-every-process-of-the-simulation')
const RESTART_MS_MAX = 500
/** Of a process whose machine is gone, somewhere else. */
const REPLACED_MS_MAX = 3_000
/** PostgreSQL notices so late that a machine is gone. */
const KEEPALIVE_MS_MAX = 15_000
/** Wall clocks are wrong by up to this much, µs. */
const SKEW_MAX = 5_000_000

/** What is installed at a place: a release, or one with a planted bug. */
export interface Build {
  readonly behaviours: readonly number[]
  readonly openExchange: (snapshot: Uint8Array | undefined) => Exchange
}

/** A release that knows these behaviours; `stepWorkMax` is the same on every member. */
export function release(behaviours: readonly number[], stepWorkMax: number = STEP_WORK_MAX): Build {
  const options = { supportedBehaviours: behaviours, stepWorkMax }
  return {
    behaviours,
    openExchange: (snapshot) => (snapshot ? Exchange.restore(snapshot, options) : new Exchange(options)),
  }
}

export interface ClusterOptions {
  readonly seed: number
  readonly engines: number
  /** What is installed at a place at first; the current release unless told. */
  readonly build?: (place: number) => Build
  readonly openJournal?: (...parts: ConstructorParameters<typeof DistantJournal>) => DistantJournal
  readonly openLease?: (...parts: ConstructorParameters<typeof DistantLease>) => DistantLease
}

/** One process at a place; another one follows it there when it ends. */
export interface ClusterMember {
  readonly place: number
  readonly url: string
  /** What it runs, whatever is installed by now. */
  readonly build: Build
  readonly process: ProcessTime
  readonly journal: DistantJournal
  readonly holder: string
  readonly engine: Engine
  /** Says that it could lead, or does. */
  readonly isReady: boolean
}

export interface ClusterEvents {
  readonly role: (member: ClusterMember, role: Role) => void
  readonly handedOff: () => void
  /** What an engine says about itself. */
  readonly note: (url: string, message: string, facts?: object) => void
}

const silent: ClusterEvents = { role: () => undefined, handedOff: () => undefined, note: () => undefined }

/** Several engines, a store and the network between them on one virtual clock, all chance from one seed. */
export class Cluster {
  readonly time = new VirtualTime()
  readonly store = new JournalStore()
  readonly random: Random
  readonly network: MemoryNetwork
  /** Where the engines are reached, by place. */
  readonly urls: readonly string[]
  readonly #options: ClusterOptions
  /** What no timing depends on. */
  readonly #chance: Random
  readonly #events: ClusterEvents
  readonly #members: ClusterMember[] = []
  readonly #builds: Build[]
  /** By place. */
  readonly #evidence: readonly MemoryEvidence[]
  /** Told to stop, and not gone yet. */
  readonly #leaving = new Set<ClusterMember>()
  #lives = 0

  constructor(options: ClusterOptions, events: ClusterEvents = silent) {
    this.#options = options
    this.#events = events
    this.random = new Random(options.seed)
    this.#chance = new Random(~options.seed)
    this.network = new MemoryNetwork(this.time, this.random)
    const places = Array.from({ length: options.engines }, (_, place) => place)
    this.urls = places.map((place) => `memory://engine-${place}`)
    this.#evidence = places.map(() => new MemoryEvidence())
    this.#builds = places.map((place) => options.build?.(place) ?? release(SUPPORTED_BEHAVIOURS))
  }

  start(): void {
    for (const place of this.urls.keys()) this.#start(place)
  }

  /** The processes that are there now, by place. */
  get members(): readonly ClusterMember[] {
    return this.#members
  }

  get engines(): readonly Engine[] {
    return this.#members.map(({ engine }) => engine)
  }

  get leader(): ClusterMember | undefined {
    return this.#members.find(({ engine }) => engine.role === 'leading')
  }

  /** Whether it was told to stop, whatever it still does. */
  isLeaving(member: ClusterMember): boolean {
    return this.#leaving.has(member)
  }

  /** What is installed at a place, and runs there from the next start on. */
  build(place: number): Build {
    return installedAt(this.#builds, place)
  }

  install(place: number, build: Build): void {
    this.#builds[place] = build
  }

  /** As kill -9. Another process is started in its place. */
  crash(member: ClusterMember): void {
    if (!this.#kill(member)) return
    this.network.end(member.url)
    this.time.after(this.random.integer(0, 20), () => this.#session(member.holder, false))
    this.time.after(this.random.integer(20, RESTART_MS_MAX), () => this.#start(member.place))
  }

  /**
   * As when a machine loses its power: no connection ends, no peer is told, and the store takes its session for a living one
   * until keepalive says otherwise. Another process is started in its place.
   */
  lose(member: ClusterMember): void {
    if (!this.#kill(member)) return
    this.time.after(this.random.integer(0, KEEPALIVE_MS_MAX), () => this.#session(member.holder, false))
    this.time.after(this.random.integer(RESTART_MS_MAX, REPLACED_MS_MAX), () => {
      this.network.end(member.url)
      this.#start(member.place)
    })
  }

  #kill(member: ClusterMember): boolean {
    if (this.#members[member.place] !== member || member.process.isDead) return false
    this.#leaving.delete(member)
    member.process.kill()
    member.journal.forget()
    return true
  }

  /** Everything ends. */
  close(): void {
    for (const { process, journal } of this.#members) {
      process.kill()
      journal.forget()
    }
  }

  /** As SIGTERM. Another process is started in its place. */
  terminate(member: ClusterMember): void {
    const { engine, process } = member
    this.#leaving.add(member)
    void engine.stop().then(() => process.after(0, () => this.crash(member)))
  }

  /** Everything that was cut or stopped goes on. */
  heal(): void {
    this.network.healAll()
    for (const { process, journal } of this.#members) {
      if (process.isStopped) process.proceed()
      for (const way of Object.values(journal.ways)) way.mend()
      journal.readOnly = undefined
      journal.behind = 0
      journal.faults.length = 0
    }
  }

  /** How the process of that name dials engines: as production does, with the secret that they know. */
  dialler(name: string, process: ProcessTime, role: LinkRole): Dial {
    const dial: Dial = (url, events) => this.network.dial(name, process, url, events)
    return provenDial(dial, { role, keys: () => keys, nonce: () => this.#nonce() })
  }

  /** The store has a session that is a sign of life, or has it no more. */
  #session(holder: string, isThere: boolean): void {
    if (isThere) this.store.alive.add(holder)
    else this.store.alive.delete(holder)
    this.store.changed()
  }

  #nonce(): Uint8Array {
    return Uint8Array.from({ length: NONCE_BYTES }, () => this.#chance.integer(0, 255))
  }

  #start(place: number): void {
    const url = installedAt(this.urls, place)
    const build = this.build(place)
    const holder = `life ${++this.#lives}`
    const process = new ProcessTime(this.time, drift(this.random))
    process.skew = this.random.integer(-SKEW_MAX, SKEW_MAX)
    const delayMsMax = this.random.integer(1, 8)
    const way = { time: this.time, process, random: this.random, delayMsMax }
    const ways: StoreWays = {
      writes: new Distance({ ...way, answerMsMax: WRITE_MS_MAX, endsLost: true }),
      reads: new Distance({ ...way, answerMsMax: READ_MS_MAX }),
      lease: new Distance({
        ...way,
        answerMsMax: LEASE_MS_DEFAULT,
        lost: () => lease.lost(),
        session: (isThere) => this.#session(holder, isThere),
      }),
    }
    const open = this.#options.openJournal ?? ((...parts) => new DistantJournal(...parts))
    const openLease = this.#options.openLease ?? ((...parts) => new DistantLease(...parts))
    const journal = open(this.store, ways)
    const leaseOptions = { holder, url, leaseMs: LEASE_MS_DEFAULT, time: this.time, journal }
    const lease: DistantLease = openLease(this.store, leaseOptions, ways)
    const { note, handedOff, role } = this.#events
    const conditions = new Map<string, boolean>()
    const roster = new DistantRoster(this.store, journal, ways.reads)
    const presence = new Presence(roster, process, { place: url, holder, behaviours: build.behaviours })
    const engine: Engine = new Engine(
      {
        journal,
        lease,
        others: () => presence.others,
        dialMember: this.dialler(url, process, LinkRole.MEMBER),
        door: { keys: () => keys, isOptional: false, nonce: () => this.#nonce() },
        clock: process,
        timers: process,
        evidence: installedAt(this.#evidence, place),
        openExchange: build.openExchange,
        recordedThrough: () => Promise.resolve(0),
        rehearse: () => journal.rehearse(),
        conditions: { set: (name, met) => void conditions.set(name, met) },
        log: { info: () => undefined, warn: () => undefined, error: (facts, message) => note(url, message, facts) },
        observer: { batch: () => undefined, committed: () => undefined, handedOff, snapshot: () => undefined },
        fail: (reason) => {
          note(url, `ends: ${reason}`)
          process.after(0, () => this.crash(member))
        },
      },
      { ...settings, url, behaviours: build.behaviours },
    )
    const member: ClusterMember = {
      place,
      url,
      build,
      process,
      journal,
      holder,
      engine,
      get isReady() {
        return [...conditions.values()].every(Boolean)
      },
    }
    this.#members[place] = member
    engine.onRole((now) => {
      if (NEVER_LEADS.has(now)) void presence.stop()
      role(member, now)
    })
    this.network.listen(url, engine, process)
    void engine.start()
  }
}

/** @throws RangeError when the cluster has no such place */
function installedAt<T>(list: readonly T[], place: number): T {
  const found = list[place]
  if (found === undefined) throw new RangeError(`there is no place ${place}`)
  return found
}
