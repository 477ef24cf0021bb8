import { Exchange } from '@uptick/core'
import { CommandKind } from '@uptick/core'
import { Engine } from '../engine.ts'
import { Distance, DistantJournal, DistantLease } from './distant-store.ts'
import { JournalAudit } from './journal-audit.ts'
import { JournalStore, type AppendFault } from './memory-journal.ts'
import { MemoryNetwork } from './memory-network.ts'
import { ProcessTime } from './process-time.ts'
import { Random } from './random.ts'
import { SessionClient } from './session-client.ts'
import { VirtualTime } from './virtual-time.ts'

const LEASE_MS = 1_500
const RESTART_MS_MAX = 500
const FAULTS: readonly AppendFault[] = ['refused', 'lost before', 'lost after']

export interface ClusterOptions {
  readonly seed: number
  readonly engines: number
  readonly clients: number
  /** A state machine with a planted bug for one of the engines, by its place. */
  /** What the build at a place knows. */
  readonly behaviours?: (place: number) => readonly number[]
  readonly openExchange?: (place: number, snapshot: Uint8Array | undefined) => Exchange
}

/** One process at a place; another one follows it there when it ends. */
interface Running {
  readonly url: string
  readonly process: ProcessTime
  readonly journal: DistantJournal
  readonly holder: string
  readonly engine: Engine
}

/**
 * Several engines, a store, clients and the network between them on one virtual clock, all chance from one seed; and the
 * misfortunes that happen to them.
 */
export class Cluster {
  readonly time = new VirtualTime()
  readonly store = new JournalStore()
  readonly random: Random
  readonly network: MemoryNetwork
  readonly clients: SessionClient[] = []
  readonly events: string[] = []
  /** How often each misfortune happened. */
  readonly misfortunes = new Map<string, number>()
  readonly #options: ClusterOptions
  readonly #running: Running[] = []
  #lives = 0
  #isCalm = false

  constructor(options: ClusterOptions) {
    this.#options = options
    this.random = new Random(options.seed)
    this.network = new MemoryNetwork(this.random)
    for (let place = 0; place < options.engines; place++) this.#start(place)
    const urls = Array.from({ length: options.engines }, (_, place) => urlOf(place))
    for (let i = 0; i < options.clients; i++) {
      const process = new ProcessTime(this.time)
      const client = new SessionClient({
        session: 1000 + i,
        urls,
        dial: (url, events) => this.network.dial(`client ${i}`, process, url, events),
        clock: process,
        timers: process,
      })
      this.clients.push(client)
    }
  }

  get engines(): readonly Engine[] {
    return this.#running.map(({ engine }) => engine)
  }

  /** Let `ms` pass with commands from every client and, if wanted, misfortunes. */
  async run(ms: number, commandEveryMs: number, misfortuneEveryMs = 0): Promise<void> {
    const end = this.time.elapsed() + ms
    let nextMisfortune = misfortuneEveryMs * (0.5 + this.random.next())
    let passed = 0
    while (this.time.elapsed() < end) {
      const step = commandEveryMs * (0.5 + this.random.next())
      await this.time.advance(step)
      passed += step
      const client = this.random.pick(this.clients)
      const count = this.random.integer(1, 4)
      for (let i = 0; i < count; i++) {
        client.submit({ kind: CommandKind.ADD_ACCOUNT, text: `account ${client.submitted}` })
      }
      if (misfortuneEveryMs === 0 || passed < nextMisfortune) continue
      passed = 0
      nextMisfortune = misfortuneEveryMs * (0.5 + this.random.next())
      this.#strike()
    }
  }

  /** No more misfortunes: everything that was cut or stopped goes on, and all that was asked must be answered. */
  async settle(msMax: number): Promise<void> {
    this.#isCalm = true
    this.network.healAll()
    this.network.delayMsMax = 2
    for (const { process, journal } of this.#running) {
      if (process.isStopped) process.proceed()
      journal.down = undefined
      journal.faults.length = 0
    }
    const end = this.time.elapsed() + msMax
    const isBusy = (): boolean =>
      this.clients.some(({ unanswered }) => unanswered > 0) ||
      this.engines.some(({ role }) => role === 'recovering' || role === 'starting' || role === 'stopping')
    while (this.time.elapsed() < end && isBusy()) await this.time.advance(50)
    await this.time.advance(3_000)
  }

  /** What is not as it must be, after `settle`. */
  check(replay: Exchange = new Exchange()): string[] {
    const audit = new JournalAudit(replay)
    for (const batch of this.store.batches) audit.add(batch)
    const violations = [...audit.violations]
    for (const [i, client] of this.clients.entries()) {
      violations.push(...audit.check(client, 1000 + i))
      if (client.unanswered > 0) violations.push(`client ${i}: ${client.unanswered} commands were never answered`)
    }
    const leaders = this.engines.filter(({ role }) => role === 'leading')
    if (leaders.length !== 1)
      violations.push(`${leaders.length} lead: ${this.engines.map(({ role }) => role).join(', ')}`)
    for (const engine of this.engines) {
      const exchange = engine.leader?.exchange ?? engine.standby?.state.exchange
      if (!exchange || engine.role === 'diverged') continue
      const expected = exchange.sequence === 0 ? exchange.runningHash() : audit.hashes.get(exchange.sequence)
      if (exchange.runningHash() !== expected) violations.push(`I8: a ${engine.role} differs at ${exchange.sequence}`)
      if (exchange.sequence !== this.store.last) {
        const { isFed, lag } = engine.standby ?? {}
        violations.push(`a ${engine.role} is at ${exchange.sequence} of ${this.store.last} (fed ${isFed}, lag ${lag})`)
      }
    }
    return violations
  }

  #start(place: number): void {
    const url = urlOf(place)
    const holder = `life ${++this.#lives}`
    const process = new ProcessTime(this.time)
    process.skew = this.random.integer(-5_000_000, 5_000_000)
    const distance = new Distance(this.time, process, this.random, this.random.integer(1, 8))
    const journal = new DistantJournal(this.store, distance)
    const { openExchange, behaviours } = this.#options
    const engine: Engine = new Engine(
      {
        journal,
        lease: new DistantLease(this.store, { holder, url, leaseMs: LEASE_MS, time: this.time, journal }, distance),
        dialMember: (to, events) => this.network.dial(url, process, to, events),
        clock: process,
        timers: process,
        evidence: { keep: (name) => name },
        openExchange: (snapshot) =>
          openExchange ? openExchange(place, snapshot) : snapshot ? Exchange.restore(snapshot) : new Exchange(),
        recordedThrough: () => Promise.resolve(0),
        conditions: { set: () => undefined },
        log: {
          info: () => undefined,
          warn: () => undefined,
          error: (facts, message) => this.#note(url, message, facts),
        },
        observer: {
          batch: () => undefined,
          committed: () => undefined,
          handedOver: () => this.#count('handed over'),
          snapshot: () => undefined,
        },
        fail: (reason) => {
          this.#note(url, `ends: ${reason}`)
          process.after(0, () => this.#end(place, holder))
        },
      },
      {
        shard: 0,
        url,
        ackPolicy: 'journal',
        appendsInFlightMax: 2,
        retainedBytesMax: 16 << 20,
        leaseMs: LEASE_MS,
        ...(behaviours ? { behaviours: behaviours(place) } : {}),
        snapshots: { commands: 5_000, seconds: 15, kept: 3 },
      },
    )
    engine.onRole((role) => this.#note(url, role))
    this.network.listen(url, engine, process)
    this.#running[place] = { url, process, journal, holder, engine }
    void engine.start()
  }

  /** The process ends, and another one is started in its place. */
  #end(place: number, holder: string): void {
    const running = this.#running[place]
    if (!running || running.holder !== holder) return
    running.process.kill()
    this.network.end(running.url)
    this.time.after(this.random.integer(0, 20), () => {
      this.store.alive.delete(holder)
      this.store.changed()
    })
    this.time.after(this.random.integer(20, RESTART_MS_MAX), () => this.#start(place))
  }

  #strike(): void {
    const place = this.random.integer(0, this.#running.length - 1)
    const leading = this.#running.findIndex(({ engine }) => engine.role === 'leading')
    // Most misfortunes of interest are the leader's.
    const at = leading >= 0 && this.random.chance(0.6) ? leading : place
    const running = this.#running[at]
    if (!running || running.process.isDead) return
    const kinds = [
      'crash',
      'stop',
      'term',
      'hand-off',
      'cut',
      'reset',
      'slow',
      'journal',
      'away',
      'life',
      'clock',
    ] as const
    const kind = this.random.pick(kinds)
    this.#count(kind)
    this.#note(running.url, `** ${kind}`)
    this.#befall(kind, at, running)
  }

  #befall(kind: string, place: number, { url, process, journal, holder, engine }: Running): void {
    const soon = (ms: number, run: () => void): void => void this.time.after(this.random.integer(ms / 4, ms), run)
    if (kind === 'crash') this.#end(place, holder)
    else if (kind === 'stop' && !process.isStopped) {
      process.stop()
      soon(6_000, () => process.isStopped && process.proceed())
    } else if (kind === 'term') void engine.stop().then(() => process.after(0, () => this.#end(place, holder)))
    else if (kind === 'hand-off') void engine.handOff()
    else if (kind === 'cut') {
      for (const other of [...this.#running.map((each) => each.url), 'client 0', 'client 1']) {
        if (other !== url && this.random.chance(0.5)) this.network.cut(url, other)
      }
      soon(4_000, () => this.network.healAll())
    } else if (kind === 'reset') this.network.reset(url)
    else if (kind === 'slow') {
      this.network.delayMsMax = 100
      soon(2_000, () => (this.network.delayMsMax = 2))
    } else if (kind === 'journal') journal.faults.push(undefined, this.random.pick(FAULTS), this.random.pick(FAULTS))
    else if (kind === 'away') {
      journal.down = new Error('cut off from the store')
      soon(3_000, () => (journal.down = undefined))
    } else if (kind === 'life') {
      this.store.alive.delete(holder)
      this.store.changed()
    } else if (kind === 'clock') {
      // Less than outcomes are retained for, in journaled time.
      process.skew = this.random.integer(-20_000_000, 20_000_000)
    }
    if (this.#isCalm) throw new Error('a misfortune after the calm')
  }

  #count(kind: string): void {
    this.misfortunes.set(kind, (this.misfortunes.get(kind) ?? 0) + 1)
  }

  #note(url: string, message: string, facts?: object): void {
    this.events.push(
      `${this.time.elapsed().toFixed(0)} ms ${url} ${message}${facts ? ` ${JSON.stringify(facts)}` : ''}`,
    )
  }
}

function urlOf(place: number): string {
  return `memory://engine-${place}`
}
