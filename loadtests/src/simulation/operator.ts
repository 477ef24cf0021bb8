import { Behaviour, CommandKind, SUPPORTED_BEHAVIOURS, type Command } from '@uptick/core'
import { type Cluster, type ClusterMember, ProcessTime } from '@uptick/engine/testing'
import type { Gateway } from './gateway.ts'
import { HaltDesk } from './halt-desk.ts'
import { assets, symbol } from './listing.ts'

/** A behaviour of a future release, on which nothing in the core depends. */
export const NEXT_BEHAVIOUR = 77
/** The behaviours of the newest release. */
export const everyBehaviour: readonly number[] = [...SUPPORTED_BEHAVIOURS, NEXT_BEHAVIOUR]
/** The behaviours of each release, oldest first. */
export const releases: readonly (readonly number[])[] = [
  [Behaviour.FEE_HALF_EVEN],
  SUPPORTED_BEHAVIOURS,
  everyBehaviour,
]

const FUNDS = 1_000_000_000_000_000n
/** How long an operator takes to notice that an engine needs attention. */
const ATTENTION_MS = 1_500

/** The operator of the exchange: lists, funds, activates, and helps engines that cannot continue by themselves. */
export class Operator {
  readonly #cluster: Cluster
  readonly #gateway: () => Gateway
  readonly #seen = new Map<string, number>()
  readonly halts: HaltDesk
  #busy = 0

  constructor(cluster: Cluster, gateway: () => Gateway) {
    this.#cluster = cluster
    this.#gateway = gateway
    this.halts = new HaltDesk(cluster, new ProcessTime(cluster.time))
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

  /** It makes no difference whether it is executed, refused or of unknown outcome. */
  activate(behaviour: number): void {
    this.#command(CommandKind.ACTIVATE_BEHAVIOUR, { value: behaviour }).catch(() => undefined)
  }

  move(kind: typeof CommandKind.DEPOSIT | typeof CommandKind.WITHDRAW, account: number, amount: bigint): void {
    this.#command(kind, { account, asset: 1, amount }).catch(() => undefined)
  }

  /** Do what needs an operator, as the documentation says: `upgrade` installs the newest release. */
  attend(upgrade: (member: ClusterMember) => void): void {
    const { members, time } = this.#cluster
    this.halts.attend()
    for (const member of members) {
      const { engine, holder } = member
      if (engine.role !== 'unfit' || member.process.isDead) continue
      const seen = this.#seen.get(holder) ?? time.elapsed()
      this.#seen.set(holder, seen)
      if (time.elapsed() - seen < ATTENTION_MS) continue
      upgrade(member)
    }
  }

  /** Commands without an answer. */
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

export function sequenceOf({ engine }: ClusterMember): number {
  return engine.standby?.sequence ?? engine.leader?.durable ?? 0
}
