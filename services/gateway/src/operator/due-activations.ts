import { Reject, rejectName } from '@uptick/core'
import type { CancelTimer, Timers } from '@uptick/runtime'
import { activate } from './activate.ts'
import type { ActivationSchedule } from './activation-schedule.ts'
import { OperatorError } from './operator-error.ts'
import type { OperatorLine } from './operator-line.ts'

const LOOK_MS = 1_000
/** A command that the core or the leader refuses. */
const REFUSED = 409

export interface DueActivationsOptions {
  readonly schedule: Pick<ActivationSchedule, 'takeDue' | 'settle'>
  readonly line: Pick<OperatorLine, 'submit' | 'query'>
  readonly timers: Timers
  readonly failed: (operation: string, error: unknown) => void
}

/**
 * Carries out scheduled activations. Every gateway looks, and one of them sends the command to whichever engine leads then; the
 * leader refuses it while a member lacks the behaviour, and that is what became of it. Without an answer it is tried again.
 */
export class DueActivations {
  readonly #options: DueActivationsOptions
  #timer: CancelTimer | undefined
  #isClosed = false

  constructor(options: DueActivationsOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#isClosed) return
    this.#timer = this.#options.timers.after(LOOK_MS, () => {
      void this.look().finally(() => this.start())
    })
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.()
  }

  /** Carry out what is due. Never rejects. */
  async look(): Promise<void> {
    const { failed, schedule } = this.#options
    try {
      for (const { behaviour, isMissed } of await schedule.takeDue()) {
        if (isMissed) await schedule.settle(behaviour, 'REFUSED', 'no gateway could activate it at its time')
        else await this.#activate(behaviour)
      }
    } catch (error) {
      failed('scheduled activation', error)
    }
  }

  async #activate(behaviour: number): Promise<void> {
    const { line, schedule } = this.#options
    try {
      const sequence = await activate(line, behaviour)
      await schedule.settle(behaviour, 'ACTIVATED', `in force from sequence ${sequence} on`)
    } catch (error) {
      if (!(error instanceof OperatorError) || error.status !== REFUSED) throw error
      // A gateway may have ended before it could say that it was done.
      const isActive = error.code === rejectName(Reject.BEHAVIOUR_ACTIVE)
      await schedule.settle(behaviour, isActive ? 'ACTIVATED' : 'REFUSED', error.message)
    }
  }
}
