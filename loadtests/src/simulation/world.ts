import { element } from '../element.ts'
import { type Exchange, STEP_WORK_MAX } from '@uptick/core'
import {
  Cluster,
  release,
  type Build,
  type ClusterEvents,
  type ClusterMember,
  type ClusterOptions,
  beginHistory,
  type Tap,
} from '@uptick/engine/testing'
import { Gateway } from './gateway.ts'
import { nemeses } from './nemeses.ts'
import { Losses } from './losses.ts'
import { Operator, releases } from './operator.ts'
import { unsettled } from './settled.ts'
import { Trader, type TraderOptions } from './trader.ts'
import { Witnesses } from './witnesses.ts'

const ENGINES = 3
/** So few that most orders that trade exceed it. */
const FEW_MEETINGS = 1
const GATEWAYS = 2
const TRADERS = 4
const ATTEND_MS = 250
/** Most faults of interest are the leader's. */
const LEADER_SHARE = 0.6
const GATEWAY_RESTART_MS_MAX = 300
/** How long everything may take to work again after the last fault, ms. */
const SETTLE_MS_MAX = 30_000
/** The world counts as settled when nothing was wrong for this long. */
const SETTLED_MS = 200

/** Bugs that the checkers should detect. */
export interface Planted {
  readonly build?: (place: number) => Build
  /** The behaviours that the builds really know, if they differ from what they report. */
  readonly behaviours?: readonly number[]
  readonly openJournal?: ClusterOptions['openJournal']
  readonly openLease?: ClusterOptions['openLease']
  readonly tap?: Tap
  readonly trader?: TraderOptions['planted']
  readonly gateway?: (gateway: Gateway) => void
  /** The only fault, instead of all of them. */
  readonly nemesis?: string
  /** See `World`. */
  readonly isLong?: boolean
  /** With the aftermath, which runs with other bugs leave out. */
  readonly hasAftermath?: boolean
  /** Called after the run, before the checks. */
  readonly afterwards?: (world: World) => void
}

/** Engines, gateways, traders, an operator, the journal and the network, all in this process on one virtual clock. */
export class World {
  readonly cluster: Cluster
  readonly witnesses = new Witnesses()
  /** There are no faults any more. */
  isCalm = false
  /** Traders only send queries. */
  isQuiet = false
  /** No trader acts before this time of the run. */
  restUntil = 0
  /** Traders only send queries through these. */
  readonly onlyAsked = new Set<Gateway>()
  readonly gateways: Gateway[] = []
  readonly traders: Trader[] = []
  readonly operator: Operator
  readonly losses: Losses
  /** What happened, in order. */
  readonly story: string[] = []
  /** How often each fault occurred. */
  readonly faults = new Map<string, number>()
  /** By epoch. */
  readonly leaders = new Map<number, { readonly url: string; readonly behaviours: readonly number[] }>()
  handOffs = 0
  /** The run is longer, with less at a time: faults may last longer. */
  readonly isLong: boolean
  /** Work of one command: in half of the worlds so little that many orders continue in later commands. */
  readonly stepWorkMax: number
  /** Commands and queries that were begun. */
  operations = 0
  /** Replies that continued in later outcomes, according to the journal; known after its replay. */
  inSteps = 0
  readonly #planted: Planted
  /** Release installed in each place: an index into `releases`. */
  readonly #installed: number[]
  readonly #unfinished = new Set<() => void>()
  #lives = 0

  constructor(seed: number, planted: Planted = {}) {
    this.#planted = planted
    this.isLong = planted.isLong ?? seed % 8 === 3
    this.stepWorkMax = planted.build === undefined && seed % 4 < 2 ? FEW_MEETINGS : STEP_WORK_MAX
    // The first releases are not drawn by the run itself: the cluster does not exist yet.
    const base = seed % 3 === 0 ? 0 : 1
    this.#installed = Array.from({ length: ENGINES }, (_, place) => (place === seed % 5 ? base + 1 : base))
    const events: ClusterEvents = {
      role: (member, role) => {
        const { url, build, engine } = member
        this.note(`${url} is ${role}`)
        if (role === 'leading') this.losses.leads(member)
        const epoch = engine.leader?.epoch
        const behaviours = planted.behaviours ?? build.behaviours
        if (role === 'leading' && epoch !== undefined) this.leaders.set(epoch, { url, behaviours })
        if (role === 'contained' || role === 'diverged') this.witnesses.violations.push(`I8: ${url} is ${role}`)
      },
      handedOff: () => void this.handOffs++,
      note: (url, message, facts) => this.note(`${url} ${message} ${facts ? JSON.stringify(facts) : ''}`),
    }
    const { openJournal, openLease } = planted
    const options = { ...(openJournal && { openJournal }), ...(openLease && { openLease }) }
    const build = (place: number): Build => this.#build(place)
    this.cluster = new Cluster({ seed, engines: ENGINES, build, ...options }, events)
    // Half of the shards are new and start with all behaviours; the others activate one after another.
    if (seed % 2 === 0) beginHistory(this.cluster.store)
    this.losses = new Losses(this.cluster, this.witnesses)
    const { store, time } = this.cluster
    store.listen(() => this.witnesses.journaledTime.wrote(store.last, time.now() + store.clockStep * 1_000))
    this.cluster.start()
    if (planted.tap) this.cluster.network.tap = planted.tap
    for (let place = 0; place < GATEWAYS; place++) this.#startGateway(place)
    this.operator = new Operator(this.cluster, () => this.#anyGateway())
    for (let account = 1; account <= TRADERS; account++) this.traders.push(this.#trader(account, seed % 4 === 0))
  }

  note(what: string): void {
    this.story.push(`${this.cluster.time.elapsed().toFixed(1).padStart(9)} ms  ${what}`)
  }

  /** Do it after up to `ms`, or when all faults end. */
  soon(ms: number, run: () => void): void {
    const once = (): void => {
      if (this.#unfinished.delete(once)) run()
    }
    this.#unfinished.add(once)
    this.cluster.time.after(this.cluster.random.integer(ms / 4, ms), once)
  }

  /** List and fund, without faults. */
  async open(): Promise<void> {
    const market = { isOpen: false }
    this.operator.open(TRADERS).then(
      () => (market.isOpen = true),
      (error: unknown) => this.witnesses.violations.push(`the market could not be opened: ${String(error)}`),
    )
    const end = this.cluster.time.elapsed() + SETTLE_MS_MAX
    while (!market.isOpen && this.cluster.time.elapsed() < end) await this.cluster.time.advance(20)
  }

  /** Let `ms` pass with trading and, if wanted, faults, every so many ms on average. */
  async trade(ms: number, everyMs: number, faultEveryMs = 0): Promise<void> {
    const { time, random } = this.cluster
    const end = time.elapsed() + ms
    let attendAt = time.elapsed()
    let strikeAt = faultEveryMs === 0 ? Number.POSITIVE_INFINITY : time.elapsed()
    while (time.elapsed() < end) {
      await time.advance(everyMs * (0.5 + random.next()))
      const acts = time.elapsed() < this.restUntil ? 0 : random.integer(1, 3)
      for (let i = 0; i < acts; i++) random.pick(this.traders).act(this.isQuiet)
      this.operations += acts
      if (time.elapsed() >= attendAt) {
        attendAt += ATTEND_MS
        this.#attend()
      }
      if (time.elapsed() < strikeAt || this.losses.isHaltDue || this.onlyAsked.size > 0) continue
      strikeAt = time.elapsed() + faultEveryMs * (0.2 + 1.6 * random.next())
      this.#strike()
    }
  }

  /** There are no faults any more: everything must recover by itself, and every request must be answered. */
  async settle(): Promise<void> {
    const { time } = this.cluster
    this.note('** calm')
    this.isCalm = true
    for (const finish of this.#unfinished) finish()
    this.cluster.heal()
    for (const { process } of this.gateways) if (process.isStopped) process.proceed()
    const end = time.elapsed() + SETTLE_MS_MAX
    while (time.elapsed() < end) {
      // A member that has just executed an activation that it does not know becomes unfit a moment later.
      if (unsettled(this).length === 0) {
        await time.advance(SETTLED_MS)
        if (unsettled(this).length === 0) return
      }
      this.#attend()
      await time.advance(25)
    }
  }

  /** Called all the time: operators look, and the members' reports are compared with what they can do. */
  #attend(): void {
    const { members, time } = this.cluster
    this.operator.attend((member) => this.#upgrade(member))
    const isResting = time.elapsed() < this.restUntil
    const standings = members.flatMap(({ holder, url, process, journal, engine, isReady }) =>
      process.isDead || process.isStopped || (isResting && engine.role === 'leading')
        ? []
        : [{ name: `${url} (${holder})`, isReady, isWanted: engine.role === 'leading', canWrite: journal.isWritable }],
    )
    this.witnesses.readiness.saw(time.elapsed(), standings)
  }

  /** Install the next or the previous release in a place, as a roll does; false when there is none. */
  move(place: number, by: 1 | -1): boolean {
    const next = element(this.#installed, place) + by
    if (next < 0 || next >= releases.length) return false
    this.#installed[place] = next
    this.cluster.install(place, this.#build(place))
    this.cluster.terminate(element(this.cluster.members, place))
    return true
  }

  replaceGateway(place: number): void {
    const gateway = element(this.gateways, place)
    if (gateway.process.isDead) return
    gateway.kill()
    this.cluster.time.after(this.cluster.random.integer(10, GATEWAY_RESTART_MS_MAX), () => this.#startGateway(place))
  }

  #upgrade(member: ClusterMember): void {
    const { place } = member
    this.#installed[place] = releases.length - 1
    this.cluster.install(place, this.#build(place))
    this.cluster.crash(member)
  }

  #strike(): void {
    const { random, members, leader } = this.cluster
    const engine = leader && random.chance(LEADER_SHARE) ? leader : random.pick(members)
    const name = this.#planted.nemesis ?? random.pick(Object.keys(nemeses))
    if (engine.process.isDead || nemeses[name]?.(this, engine) !== true) return
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1)
    this.note(`** ${name} (${engine.url})`)
  }

  #build(place: number): Build {
    const planted = this.#planted.build?.(place)
    return this.#watched(
      `engine-${place}`,
      planted ?? release(element(releases, element(this.#installed, place)), this.stepWorkMax),
    )
  }

  /** The same build; everything that it executes as a follower of the journal is recorded (I12). */
  #watched(name: string, build: Build): Build {
    const { behaviours } = build
    return {
      behaviours,
      openExchange: (snapshot) => {
        const exchange = build.openExchange(snapshot)
        const life = `${name} life ${++this.#lives}`
        const execute = exchange.execute.bind(exchange)
        exchange.execute = (command, sequence, time) => {
          // What a leader executes is not in the journal before it is written.
          const known = this.#planted.behaviours ?? behaviours
          if (!this.#leads(exchange)) this.witnesses.capabilities.executed(life, known, sequence)
          return execute(command, sequence, time)
        }
        return exchange
      },
    }
  }

  #leads(exchange: Exchange): boolean {
    return this.cluster.members.some(({ engine }) => engine.leader?.exchange === exchange)
  }

  #startGateway(place: number): void {
    const gateway = new Gateway(`gateway-${place}`, this.cluster, this.witnesses.hold)
    this.gateways[place] = gateway
    this.witnesses.feeds.push(gateway.feed)
    this.#planted.gateway?.(gateway)
  }

  /** @param asks whether it is only chosen for a query */
  #anyGateway(asks = false): Gateway {
    const alive = this.gateways.filter((one) => !one.process.isDead && (asks || !this.onlyAsked.has(one)))
    return this.cluster.random.pick(alive.length > 0 ? alive : this.gateways)
  }

  #trader(account: number, retries: boolean): Trader {
    const { random, time } = this.cluster
    const { trader: planted } = this.#planted
    return new Trader({
      account,
      random,
      witnesses: this.witnesses,
      gateway: () => this.#anyGateway(),
      gatewayToAsk: () => this.#anyGateway(true),
      pause: (ms) => new Promise((resolve) => time.after(ms, resolve)),
      now: () => time.now(),
      retries,
      ...(planted ? { planted } : {}),
    })
  }
}
