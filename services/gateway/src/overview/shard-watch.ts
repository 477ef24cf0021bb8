import type { GatewayFacts } from '@uptick/protocol'
import type { CancelTimer, Clock, Timers } from '@uptick/runtime'
import type { FlagsState } from '@uptick/runtime/flags'
import { askEngine } from '../engine-link/ask-engine.ts'
import type { EngineLink } from '../engine-link/link.ts'
import type { LinkOptions } from '../engine-link/link-options.ts'
import { fromEngine, fromGateway, fromLeader, joined, type Led } from './sighting.ts'
import { Timeline } from './timeline.ts'
import type { LeaderView, NowEvent, Overview, PastEvent, ProcessView } from './view.ts'

/** How often the leader is asked, ms: without a viewer, for the history and so that others know this gateway, */
const LOOK_MS = 1_000
/** and with one. */
const WATCHED_MS = 500
/** A leader, or an engine, that has not answered within this does not, ms. */
const ANSWER_MS_MAX = 800
/** A gateway that starts finds the leader within this, if there is one, ms. */
const STARTING_MS = 2_500
/** PostgreSQL is asked several times a second; past this it is away, ms. */
const DATABASE_AWAY_MS = 2_000

export interface ShardWatchOptions {
  readonly link: Pick<EngineLink, 'state' | 'query' | 'onState'>
  /** How the engines are reached. */
  readonly engines: Pick<LinkOptions, 'urls' | 'dial' | 'timers'>
  /** What this gateway says of itself. */
  readonly own: () => GatewayFacts
  /** Since PostgreSQL answered last, ms. */
  readonly databaseAge: () => number
  readonly flags: () => FlagsState
  readonly clock: Clock
  readonly timers: Timers
}

/**
 * Watches the processes of the shard, for operators. The leader knows them all: it is asked once a second. Engines that it
 * does not vouch for are asked themselves, and all of them while none leads. What is seen goes into a timeline, so that
 * a viewer has the recent past, and the last known state when nothing answers.
 */
export class ShardWatch {
  readonly #options: ShardWatchOptions
  readonly #timeline: Timeline
  readonly #startedAt: number
  readonly #viewers = new Set<(event: NowEvent) => void>()
  /** Commands that met a change of leader, by gateway. */
  #held: ReadonlyMap<string, number> = new Map()
  /** Names of engines by their URL. */
  readonly #names = new Map<string, string>()
  #silent: readonly string[] = []
  /** When the leader welcomed this gateway. */
  #linkedAt = 0
  #source: Overview['source'] = 'nothing'
  #leader: LeaderView | undefined
  #isLooking = false
  #looksAgain = false
  #cancel: CancelTimer = () => undefined
  #closed = false

  constructor(options: ShardWatchOptions) {
    this.#options = options
    this.#startedAt = this.#now
    this.#timeline = new Timeline(this.#startedAt)
  }

  /** Begin to look. */
  start(): void {
    const { link } = this.#options
    link.onState((isConnected) => {
      if (this.#closed) return
      if (isConnected) this.#linkedAt = this.#now
      else this.#timeline.began('leader', this.#now, 'no engine leads')
      this.#lookSoon()
    })
    void this.#look()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    this.#viewers.clear()
  }

  get overview(): Overview {
    const { databaseAge, flags, link, own } = this.#options
    const databaseAgeMs = Math.round(databaseAge())
    return {
      at: this.#now,
      gateway: own().name,
      shard: link.state.shard,
      source: this.#source,
      leaderlessSince: this.#timeline.since('leader'),
      leader: this.#leader,
      databaseAgeMs,
      isDatabaseAway: databaseAgeMs > DATABASE_AWAY_MS,
      processes: this.#timeline.processes,
      silent: this.#silent.map((url) => ({ name: this.#names.get(url) ?? new URL(url).host, url })),
      flags: flags(),
    }
  }

  /** What a viewer gets first. */
  get past(): PastEvent {
    return { ...this.#timeline.past, overview: this.overview }
  }

  /** What viewers get last: that this gateway drains. */
  get leaving(): NowEvent {
    const self = fromGateway(this.#options.own(), this.#now)
    this.#timeline.saw(this.#now, [self], () => true)
    return { overview: this.overview, ...this.#timeline.takeChanges() }
  }

  /** Call a viewer after each look, until the returned function is called. */
  view(viewer: (event: NowEvent) => void): () => void {
    this.#viewers.add(viewer)
    if (this.#viewers.size === 1) this.#lookSoon()
    return () => void this.#viewers.delete(viewer)
  }

  get #now(): number {
    return Math.round(this.#options.clock.now() / 1_000)
  }

  #lookSoon(): void {
    if (this.#isLooking) this.#looksAgain = true
    else {
      this.#cancel()
      void this.#look()
    }
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    this.#isLooking = true
    const led = await this.#askLeader()
    const engines = await this.#askEngines(led)
    this.#isLooking = false
    if (this.#closed) return
    this.#record(led, engines)
    this.#tell()
    const soon = this.#looksAgain
    this.#looksAgain = false
    const pause = soon ? 0 : this.#viewers.size > 0 ? WATCHED_MS : LOOK_MS
    this.#cancel = this.#options.timers.after(pause, () => void this.#look())
  }

  async #askLeader(): Promise<Led | undefined> {
    const { link, own, timers } = this.#options
    if (!link.state.connected) return undefined
    const asked = link.query({ kind: 'processes', facts: own() }).catch(() => undefined)
    const late = Promise.withResolvers<undefined>()
    const cancel = timers.after(ANSWER_MS_MAX, () => late.resolve(undefined))
    const answer = await Promise.race([asked, late.promise])
    cancel()
    return answer && fromLeader(answer.value, this.#now)
  }

  /** The engines that the leader does not vouch for, as they say themselves. Those that do not answer are silent. */
  async #askEngines(led: Led | undefined): Promise<ProcessView[]> {
    const { engines } = this.#options
    const urls = engines.urls.filter((url) => led?.wellUrls.has(url) !== true)
    const silent: string[] = []
    const views = await Promise.all(
      urls.map(async (url) => {
        const says: unknown = await askEngine(engines, url, { kind: 'status' }, ANSWER_MS_MAX).catch(() => undefined)
        const view = fromEngine(url, says, this.#now)
        if (!view) silent.push(url)
        return view && this.#identified(view)
      }),
    )
    this.#silent = silent
    return views.filter((view) => view !== undefined)
  }

  #record(led: Led | undefined, engines: readonly ProcessView[]): void {
    const now = this.#now
    const self = fromGateway(this.#options.own(), now)
    const asked = new Map(engines.map((view) => [view.url, view]))
    const told = (led?.processes ?? [])
      .filter(({ id }) => id !== self.id)
      .map((view) => (view.url === undefined ? view : joined(view, asked.get(view.url))))
    const toldUrls = new Set(told.map(({ url }) => url))
    const processes = [...told, ...engines.filter(({ url }) => !toldUrls.has(url)), self]
    this.#source = led ? 'leader' : engines.length > 0 ? 'engines' : 'nothing'
    for (const { url, name } of processes) if (url !== undefined && this.#isOurs(url)) this.#names.set(url, name)
    this.#recordLeader(led, engines, now)
    this.#recordDatabase(now)
    this.#recordHolds(processes, now)
    // Without the leader nothing is known of other gateways.
    this.#timeline.saw(now, processes, ({ kind }) => kind === 'gateway' && !led)
  }

  /** An engine that does not say which process it is stays the one that is known at its address. */
  #identified(view: ProcessView): ProcessView | undefined {
    if (view.id !== view.url) return view
    const known = this.#timeline.processes.find(({ url }) => url === view.url)
    // The leader says who it is when it is asked for the processes, in a moment.
    if (!known) return this.#options.link.state.connected ? view : undefined
    const { id, name, release, startedAt } = known
    return { ...view, id, name, release, startedAt }
  }

  #isOurs(url: string): boolean {
    return this.#options.engines.urls.includes(url)
  }

  #recordLeader(led: Led | undefined, engines: readonly ProcessView[], now: number): void {
    const { connected, epoch } = this.#options.link.state
    const leader = led?.leader ?? olderLeader(engines, epoch)
    // A gateway that starts looks for the leader: there may have been one all the time.
    const isStarting = !this.#leader && now - this.#startedAt < STARTING_MS
    if (!connected && !isStarting) this.#timeline.began('leader', now, 'no engine leads')
    if (!connected || !leader) return
    const isSame = this.#leader?.epoch === leader.epoch
    const isNew = this.#leader !== undefined && !isSame
    const text = isSame ? `${leader.name} is linked again` : `epoch ${leader.epoch}: ${leader.name} leads`
    const since = this.#timeline.since('leader')
    if (isNew && since === undefined) this.#timeline.happened('leader', now, now, text)
    this.#timeline.ended('leader', Math.max(this.#linkedAt, since ?? 0), text)
    this.#leader = leader
  }

  #recordDatabase(now: number): void {
    const age = this.#options.databaseAge()
    if (age > DATABASE_AWAY_MS) this.#timeline.began('database', Math.round(now - age), 'PostgreSQL does not answer')
    else this.#timeline.ended('database', now, 'PostgreSQL did not answer')
  }

  #recordHolds(processes: readonly ProcessView[], now: number): void {
    const held = new Map<string, number>()
    for (const { id, name, gateway } of processes) {
      if (!gateway) continue
      const { commands, refused, longestMs } = gateway.holds
      const count = commands + refused
      // What a gateway held before this one knew it was on the timeline then, or is not known.
      const before = this.#held.get(id) ?? count
      held.set(id, count)
      const more = count - before
      if (more <= 0) continue
      const text = `${name} held ${more} ${more === 1 ? 'command' : 'commands'}, the longest ${Math.round(longestMs)} ms`
      this.#timeline.happened('hold', Math.round(now - longestMs), now, text)
    }
    // While the leader is away its gateways are, too.
    if (this.#source !== 'leader') for (const [id, count] of this.#held) if (!held.has(id)) held.set(id, count)
    this.#held = held
  }

  #tell(): void {
    const changes = this.#timeline.takeChanges()
    if (this.#viewers.size === 0) return
    const event: NowEvent = { overview: this.overview, ...changes }
    for (const viewer of this.#viewers) viewer(event)
  }
}

/** A leader of a release that does not know the question for the processes; it answers for itself. */
function olderLeader(engines: readonly ProcessView[], epoch: number): LeaderView | undefined {
  const leading = engines.find(({ state }) => state === 'leading')
  return leading && { name: leading.name, epoch, sequence: leading.sequence ?? 0, seenAt: leading.seenAt }
}
