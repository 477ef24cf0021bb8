import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { undoLater } from '@uptick/commandline'
import type { FaultyProxy } from '@uptick/journal/testing'
import { ControlClient } from '@uptick/standalone'
import { OperatorClient } from '@uptick/operator'
import { Samples } from '@uptick/runtime/samples'
import type { RunningExchange } from '../../testing/exchange.ts'
import { query, type ReplicatedPostgres } from '../../testing/replicated-postgres.ts'
import type { Rollout } from '../flags/rollout.ts'
import type { Grounded } from './ground.ts'

const READY_MS_MAX = 90_000
const POLL_MS = 100
const LEADER_POLL_MS = 40
const PROBE_MS_MAX = 1_000
/** This many new commands show that traders trade: one batch may have been in flight. */
const TRADING_COMMANDS = 50
const TRADING_POLL_MS = 20
const FLAG_DECISIONS = 'flag_decisions_total'
const RESIDENT_BYTES = 'process_resident_memory_bytes'

/** Controls a running exchange for the proof. */
export class ClusterHandle {
  readonly control: ControlClient
  readonly #exchange: RunningExchange
  readonly #postgres: ReplicatedPostgres | undefined
  readonly #links: readonly FaultyProxy[]
  readonly #frozen = new Map<string, number>()

  /** The place that gateways take their flags from. */
  readonly rollout: () => Promise<Rollout>

  constructor({ exchange, postgres, links, rollout }: Omit<Grounded, 'stop'>) {
    this.#exchange = exchange
    this.#postgres = postgres
    this.#links = links
    this.rollout = rollout
    this.control = ControlClient.find(exchange.folder)
  }

  get operator(): OperatorClient {
    return new OperatorClient(this.#exchange.running().operatorUrl, this.#exchange.operatorToken)
  }

  /** The PostgreSQL of a scenario that does not run on the machine alone. */
  get postgres(): ReplicatedPostgres {
    if (this.#postgres === undefined) throw new Error('the exchange has no PostgreSQL but its own')
    return this.#postgres
  }

  /** The proxy before an engine, in a scenario that does not run on the machine alone. */
  linksTo(engine: string): FaultyProxy {
    const link = this.#links[Number(/^engine-(\d+)$/.exec(engine)?.[1]) - 1]
    if (link === undefined) throw new Error(`nothing stands before ${engine}`)
    return link
  }

  /** URL of the PostgreSQL that takes writes now. */
  get databaseUrl(): string {
    return this.#postgres?.primaryUrl ?? this.#exchange.running().databaseUrl
  }

  /** Last sequence of the journal. */
  async journalEnd(): Promise<number> {
    const [row] = await query<{ last: string }>(
      this.databaseUrl,
      'SELECT max(last_sequence) AS last FROM journal_batch',
    )
    return Number(row?.last ?? 0)
  }

  /** Resolves when traders trade. @throws Error when they do not within `ms` */
  async tradesOn(ms: number): Promise<void> {
    const before = await this.journalEnd()
    for (
      const began = performance.now();
      (await this.journalEnd()) < before + TRADING_COMMANDS;
      await delay(TRADING_POLL_MS)
    )
      if (performance.now() - began > ms) throw new Error(`no trader trades for ${ms} ms`)
  }

  /** Set the wall clock of an engine wrong. @param aheadMs 0: correct again */
  stepClock(engine: string, aheadMs: number): void {
    writeFileSync(join(this.#exchange.folder, `clock-${engine}`), String(aheadMs))
    process.kill(this.#processOf(engine), 'SIGWINCH')
  }

  /** Address of the exchange for traders. */
  get url(): string {
    return this.#exchange.url
  }

  get port(): number {
    return Number(new URL(this.#exchange.url).port)
  }

  /** The gateway processes that serve traders, as `name:process`. */
  gateways(): string[] {
    const { processes } = this.#exchange.running()
    const named = Object.entries(processes).filter(([name]) => /^gateway-\d+$/.test(name))
    return named.map(([name, id]) => `${name}:${id}`).toSorted()
  }

  engines(): string[] {
    return Object.keys(this.#exchange.running().ops).filter((name) => name.startsWith('engine'))
  }

  /** Resident bytes of the processes whose name begins with `prefix`. */
  async memory(prefix: string): Promise<(readonly [name: string, bytes: number])[]> {
    const asked = Object.entries(this.#exchange.running().ops).filter(([name]) => name.startsWith(prefix))
    return Promise.all(asked.map(async ([name, url]) => [name, await metricOf(url, RESIDENT_BYTES)] as const))
  }

  /** How often each gateway has evaluated a flag. */
  async decisions(): Promise<ReadonlyMap<string, number>> {
    const gateways = Object.entries(this.#exchange.running().ops).filter(([name]) => /^gateway-\d+$/.test(name))
    const counts = gateways.map(async ([name, url]) => {
      const samples = await Samples.ask(url, [FLAG_DECISIONS], PROBE_MS_MAX)
      return [name, samples.all(FLAG_DECISIONS).reduce((sum, { value }) => sum + value, 0)] as const
    })
    return new Map(await Promise.all(counts))
  }

  /** Wait until every process is ready and there is a leader. @throws Error after 90 s */
  async ready(): Promise<void> {
    for (const began = performance.now(); ; await delay(POLL_MS)) {
      const { leader, processes } = await this.control.status()
      const unready = processes.filter(({ ready }) => !ready)
      if (leader !== undefined && unready.length === 0) return
      if (performance.now() - began > READY_MS_MAX)
        throw new Error(`not ready: ${unready.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`)
    }
  }

  /** Name of the engine that reports to lead, other than `before`. @throws Error after 90 s */
  async leader(before?: string): Promise<string> {
    for (const began = performance.now(); performance.now() - began < READY_MS_MAX; await delay(LEADER_POLL_MS)) {
      for (const [name, url] of Object.entries(this.#exchange.running().ops))
        if (name.startsWith('engine') && name !== before && (await leads(url))) return name
    }
    throw new Error('there is no leader')
  }

  kill(name: string): void {
    process.kill(this.#processOf(name), 'SIGKILL')
  }

  /** Send SIGSTOP; call the returned function for SIGCONT. */
  freeze(name: string): () => Promise<void> {
    const id = this.#processOf(name)
    this.#frozen.set(name, id)
    process.kill(id, 'SIGSTOP')
    // A suspended process cannot shut down in order, so an interruption also wakes it.
    return undoLater(() => void process.kill(id, 'SIGCONT'))
  }

  /** The frozen process has ended, as a fenced leader does, and another one replaced it. @throws Error after 90 s */
  async replaced(name: string): Promise<void> {
    for (const began = performance.now(); performance.now() - began < READY_MS_MAX; await delay(POLL_MS))
      if (this.#processOf(name) !== this.#frozen.get(name)) return
    throw new Error(`${name} woke up and was not fenced`)
  }

  #processOf(name: string): number {
    const id = this.#exchange.running().processes[name]
    if (id === undefined) throw new Error(`there is no ${name}`)
    return id
  }
}

/** NaN when there is no such metric. */
async function metricOf(opsUrl: string, name: string): Promise<number> {
  const samples = await Samples.ask(opsUrl, [name], PROBE_MS_MAX)
  return samples.value(name) ?? Number.NaN
}

async function leads(opsUrl: string): Promise<boolean> {
  const samples = await Samples.ask(opsUrl, ['engine_role'], PROBE_MS_MAX).catch(() => undefined)
  return samples?.state('engine_role', 'role') === 'leading'
}
