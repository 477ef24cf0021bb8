import { Behaviour, CommandKind, SUPPORTED_BEHAVIOURS, type Command } from '@uptick/core'
import { decodeFrame, encodeHello, encodeQuery, FrameType, LinkRole } from '@uptick/protocol'
import type { Cluster, ClusterMember } from '../../../services/engine/src/simulation/cluster.ts'
import { ProcessTime } from '../../../services/engine/src/simulation/process-time.ts'
import type { Gateway } from './gateway.ts'
import { assets, symbol } from './listing.ts'

/** A behaviour that nothing in the core depends on: of a release to come. */
export const NEXT_BEHAVIOUR = 77
/** What each release knows, oldest first. */
export const releases: readonly (readonly number[])[] = [
  [Behaviour.FEE_HALF_EVEN],
  SUPPORTED_BEHAVIOURS,
  [...SUPPORTED_BEHAVIOURS, NEXT_BEHAVIOUR],
]
export const everyBehaviour = releases.at(-1)!

const FUNDS = 1_000_000_000_000_000n
/** How long somebody takes to see that an engine needs a person. */
const ATTENTION_MS = 1_500

/** The person who runs the exchange: lists, funds, activates, and looks after engines that cannot go on by themselves. */
export class Operator {
  readonly #cluster: Cluster
  readonly #process: ProcessTime
  readonly #gateway: () => Gateway
  readonly #seen = new Map<string, number>()
  #isRepairing = false
  #busy = 0
  /** Rows were lost, and are not restored yet. */
  isRepairNeeded = false
  /** Batches that were appended again. */
  repaired = 0

  constructor(cluster: Cluster, gateway: () => Gateway) {
    this.#cluster = cluster
    this.#gateway = gateway
    this.#process = new ProcessTime(cluster.time)
  }

  /** A market, and accounts with funds. */
  async open(accounts: number): Promise<void> {
    const { ADD_ASSET, ADD_SYMBOL, ADD_ACCOUNT, DEPOSIT } = CommandKind
    for (const asset of assets) await this.#command(ADD_ASSET, { text: JSON.stringify(asset) })
    await this.#command(ADD_SYMBOL, { text: JSON.stringify(symbol) })
    for (let account = 1; account <= accounts; account++) {
      await this.#command(ADD_ACCOUNT, { text: `account ${account}` })
      for (const asset of assets.keys()) await this.#command(DEPOSIT, { account, asset, amount: FUNDS })
    }
  }

  /** Whether it is done, not done or of unknown outcome is all the same here. */
  activate(behaviour: number): void {
    this.#command(CommandKind.ACTIVATE_BEHAVIOUR, { value: behaviour }).catch(() => undefined)
  }

  move(kind: typeof CommandKind.DEPOSIT | typeof CommandKind.WITHDRAW, account: number, amount: bigint): void {
    this.#command(kind, { account, asset: 1, amount }).catch(() => undefined)
  }

  /** Look after what needs a person, as the documentation says: `upgrade` installs the newest release. */
  attend(upgrade: (member: ClusterMember) => void): void {
    const { members, time } = this.#cluster
    for (const member of members) {
      const { engine, holder } = member
      const isHolding = engine.role === 'halted' || engine.heldThrough > 0
      const needsHelp = engine.role === 'unfit' || isHolding
      if (!needsHelp || member.process.isDead) continue
      const seen = this.#seen.get(holder) ?? time.elapsed()
      this.#seen.set(holder, seen)
      if (time.elapsed() - seen < ATTENTION_MS) continue
      if (isHolding) this.#repair()
      else upgrade(member)
    }
  }

  /** From the member that holds most; only once it has itself noticed. */
  #repair(): void {
    const { members, store } = this.#cluster
    const furthest = members.toSorted((a, b) => heldBy(b) - heldBy(a))[0]!
    const { role, heldThrough } = furthest.engine
    if (this.#isRepairing || (role !== 'halted' && heldThrough === 0) || store.lease.halted === '') return
    this.#isRepairing = true
    const repaired = (body: unknown): void => {
      if (typeof body !== 'object' || body === null || !('appended' in body)) return
      this.repaired += Number(body.appended)
      this.isRepairNeeded = false
    }
    this.#ask(furthest.url, { kind: 'repair' }, repaired, () => (this.#isRepairing = false))
  }

  /** Accept the loss, of any engine that answers; again until it is done. */
  release(): void {
    const { members, store, time } = this.#cluster
    if (store.lease.halted === '') return
    const question = { kind: 'release', reason: 'only gateways know of it', operator: 'the simulation' }
    for (const { url } of members) this.#ask(url, question, () => undefined)
    time.after(ATTENTION_MS, () => this.release())
  }

  #ask(url: string, question: object, answered: (body: unknown) => void, closed = (): void => undefined): void {
    const dial = this.#cluster.dialler('operator', this.#process, LinkRole.OPERATOR)
    const socket = dial(url, {
      opened: () => {
        socket.send(encodeHello({ instance: 'operator', session: 0, feedFrom: -1 }))
        socket.send(encodeQuery(1, question))
      },
      received: (data) => {
        const frame = decodeFrame(data)
        if (frame.type !== FrameType.ANSWER) return
        answered(frame.body)
        socket.close()
      },
      closed,
    })
  }

  /** Commands that have no answer yet. */
  get busy(): number {
    return this.#busy
  }

  async #command(kind: CommandKind, fields: Partial<Command>): Promise<void> {
    this.#busy++
    try {
      await this.#gateway().administer((command) => {
        command.kind = kind
        Object.assign(command, fields)
      })
    } finally {
      this.#busy--
    }
  }
}

/** What it has executed, or kept of a life before. */
function heldBy(member: ClusterMember): number {
  return Math.max(sequenceOf(member), member.engine.heldThrough)
}

export function sequenceOf({ engine }: ClusterMember): number {
  return engine.standby?.sequence ?? engine.leader?.durable ?? 0
}
