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
/** Few enough for most orders that trade at all. */
const FEW_MEETINGS = 1
const GATEWAYS = 2
const TRADERS = 4
const ATTEND_MS = 250
/** Most misfortunes of interest are the leader's. */
const LEADER_SHARE = 0.6
const GATEWAY_RESTART_MS_MAX = 300
/** How long everything may take to be well again once nothing goes wrong any more, ms. */
const SETTLE_MS_MAX = 30_000
/** All is well when nothing was amiss for so long. */
const SETTLED_MS = 200

/** Bugs, to see that the checkers find them. */
export interface Planted {
  readonly build?: (place: number) => Build
  /** What the builds really know, if that is not what they say. */
  readonly behaviours?: readonly number[]
  readonly openJournal?: ClusterOptions['openJournal']
  readonly openLease?: ClusterOptions['openLease']
  readonly tap?: Tap
  readonly trader?: TraderOptions['planted']
  readonly gateway?: (gateway: Gateway) => void
  /** The only misfortune, instead of all of them. */
  readonly nemesis?: string
  /** See `World`. */
  readonly isLong?: boolean
  /** With the aftermath, which other bugs do without. */
  readonly hasAftermath?: boolean
  /** After the run, before anything is checked. */
  readonly afterwards?: (world: World) => void
}

/** Engines, gateways, traders, an operator, the journal and the network, all in this process on one virtual clock. */
export class World {
  readonly cluster: Cluster
  readonly witnesses = new Witnesses()
  /** Nothing goes wrong any more. */
  isCalm = false
  /** Traders only ask. */
  isQuiet = false
  /** No trader does anything before this time of the run. */
  restUntil = 0
  /** Through these, traders only ask. */
  readonly onlyAsked = new Set<Gateway>()
  readonly gateways: Gateway[] = []
  readonly traders: Trader[] = []
  readonly operator: Operator
  readonly losses: Losses
  /** What happened, in order. */
  readonly story: string[] = []
  /** How often each nemesis struck. */
  readonly faults = new Map<string, number>()
  /** By epoch. */
  readonly leaders = new Map<number, { readonly url: string; readonly behaviours: readonly number[] }>()
  handOffs = 0
  /** Longer, and with less at a time: what is wrong may stay so for longer. */
  readonly isLong: boolean
  /** Work of one command: in half of the worlds so little that many orders go on in later ones. */
  readonly stepWorkMax: number
  /** Commands and questions that were begun. */
  operations = 0
  /** Replies that went on in later outcomes, as the journal has them; known once it was replayed. */
  inSteps = 0
  readonly #planted: Planted
  /** Release installed at each place: an index into `releases`. */
  readonly #installed: number[]
  readonly #unfinished = new Set<() => void>()
  #lives = 0

  constructor(seed: number, planted: Planted = {}) {
    this.#planted = planted
    this.isLong = planted.isLong ?? seed % 8 === 3
    this.stepWorkMax = planted.build === undefined && seed % 4 < 2 ? FEW_MEETINGS : STEP_WORK_MAX
    // Which releases there are at first is no chance of the run itself: the cluster is not there yet.
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

  /** Do it after up to `ms`, or when everything is healed. */
  soon(ms: number, run: () => void): void {
    const once = (): void => {
      if (this.#unfinished.delete(once)) run()
    }
    this.#unfinished.add(once)
    this.cluster.time.after(this.cluster.random.integer(ms / 4, ms), once)
  }

  /** List and fund, with nothing going wrong. */
  async open(): Promise<void> {
    const market = { isOpen: false }
    this.operator.open(TRADERS).then(
      () => (market.isOpen = true),
      (error: unknown) => this.witnesses.violations.push(`the market could not be opened: ${String(error)}`),
    )
    const end = this.cluster.time.elapsed() + SETTLE_MS_MAX
    while (!market.isOpen && this.cluster.time.elapsed() < end) await this.cluster.time.advance(20)
  }

  /** Let `ms` pass with trading and, if wanted, misfortunes, on average every so many ms. */
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

  /** Nothing goes wrong any more: everything must come to be well by itself, and every request be answered. */
  async settle(): Promise<void> {
    const { time } = this.cluster
    this.note('** calm')
    this.isCalm = true
    for (const finish of this.#unfinished) finish()
    this.cluster.heal()
    for (const { process } of this.gateways) if (process.isStopped) process.proceed()
    const end = time.elapsed() + SETTLE_MS_MAX
    while (time.elapsed() < end) {
      // A member that has only just executed an activation that it does not know is unfit a moment later.
      if (unsettled(this).length === 0) {
        await time.advance(SETTLED_MS)
        if (unsettled(this).length === 0) return
      }
      this.#attend()
      await time.advance(25)
    }
  }

  /** What goes by at every moment: people look, and what members say of themselves is compared with what they can do. */
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

  /** Install the next or the previous release at a place, as a roll does; false when there is none. */
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

  /** The same build, with everything noted that it executes as a follower of the journal (I12). */
  #watched(name: string, build: Build): Build {
    const { behaviours } = build
    return {
      behaviours,
      openExchange: (snapshot) => {
        const exchange = build.openExchange(snapshot)
        const life = `${name} life ${++this.#lives}`
        const execute = exchange.execute.bind(exchange)
        exchange.execute = (command, sequence, time) => {
          // What a leader executes is not the journal's before it is written.
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

  /** @param asks nothing is to be changed by what it is chosen for */
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
