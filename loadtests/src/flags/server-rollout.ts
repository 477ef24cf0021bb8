import { publishFlags, type UnleashAdmin } from '@uptick/operator'
import { untilDone } from '../prove/until.ts'
import { FLIPPED } from './account-side.ts'
import type { FlagFault, Rollout } from './rollout.ts'

/** A server that was killed takes a while to answer again. */
const BACK = { forMs: 120_000, everyMs: 500 }
const EVERYONE = 100

/** Reaches the server for one task. */
export type UseUnleash = <T>(task: (admin: UnleashAdmin) => Promise<T>) => Promise<T>

/** An Unleash server. Its flags are made when they are missing. */
export class ServerRollout implements Rollout {
  readonly #use: UseUnleash
  readonly faults: readonly FlagFault[]

  private constructor(use: UseUnleash, faults: readonly FlagFault[]) {
    this.#use = use
    this.faults = faults
  }

  static async of(use: UseUnleash, faults: readonly FlagFault[]): Promise<ServerRollout> {
    await untilDone(() => use(publishFlags), BACK)
    return new ServerRollout(use, faults)
  }

  async set(percent: number): Promise<void> {
    const change = async (admin: UnleashAdmin): Promise<void> => {
      for (const flag of FLIPPED) await admin.setRollout(flag, percent)
    }
    await untilDone(() => this.#use(change), BACK)
  }

  restore(): Promise<void> {
    return this.set(EVERYONE)
  }
}
