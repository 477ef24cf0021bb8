import { CommandKind, EventKind, ExecutionType, Reject, type Command, type Outcome } from '@uptick/core'
import type { Checker, Executed } from './executed.ts'

/** Sums of one asset, in its units. */
interface Sums {
  /** Free and locked of all accounts. */
  held: bigint
  fees: bigint
  /** Deposits less withdrawals, from the commands. */
  moved: bigint
}

/**
 * I1: after every command, for each asset, the balances of all accounts plus the fees equal deposits less withdrawals,
 * and nothing is negative. The sums come from commands and events, not from the state machine.
 */
export class Conservation implements Checker {
  readonly violations: string[] = []
  readonly #sums = new Map<number, Sums>()
  /** Free and locked together, by account and asset. */
  readonly #balances = new Map<string, bigint>()

  see({ command, outcome, sequence }: Executed): void {
    if (outcome.repeated) return
    const touched = this.#moved(command, outcome)
    for (const event of outcome.events) {
      if (event.kind === EventKind.EXECUTION && event.execution === ExecutionType.TRADE) {
        this.#of(event.feeAsset).fees += event.fee
        touched.add(event.feeAsset)
      } else if (event.kind === EventKind.BALANCE) {
        const { account, asset, free, locked } = event
        if (free < 0n || locked < 0n) this.violations.push(`I1: at ${sequence} account ${account} owes asset ${asset}`)
        const name = `${account} ${asset}`
        const sums = this.#of(asset)
        sums.held += free + locked - (this.#balances.get(name) ?? 0n)
        this.#balances.set(name, free + locked)
        touched.add(asset)
      }
    }
    for (const asset of touched) {
      const { held, fees, moved } = this.#of(asset)
      if (held + fees === moved) continue
      this.violations.push(`I1: at ${sequence} asset ${asset} has ${held} + ${fees} of fees, ${moved} came in`)
    }
  }

  #moved(command: Command, { reject }: Outcome): Set<number> {
    const { kind, asset, amount } = command
    if (reject !== Reject.NONE) return new Set()
    if (kind === CommandKind.DEPOSIT || kind === CommandKind.IMPORT_BALANCE) this.#of(asset).moved += amount
    else if (kind === CommandKind.WITHDRAW) this.#of(asset).moved -= amount
    else return new Set()
    return new Set([asset])
  }

  #of(asset: number): Sums {
    let sums = this.#sums.get(asset)
    if (!sums) this.#sums.set(asset, (sums = { held: 0n, fees: 0n, moved: 0n }))
    return sums
  }
}
