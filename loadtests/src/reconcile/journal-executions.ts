import type { ExecutionEvent } from '@uptick/core'
import type { JournalTruth } from './journal-truth.ts'

/** An execution of the journal, and its journaled time (µs since 1970). */
export interface JournaledExecution {
  readonly event: ExecutionEvent
  readonly time: number
}

/** The executions of every account in the order of the journal: its private stream must have them. */
export class JournalExecutions {
  readonly #byAccount = new Map<number, JournaledExecution[]>()

  /** @param truth its replay is recorded here too from now on */
  constructor(truth: JournalTruth) {
    truth.onExecution = (event, time) => {
      const known = this.#byAccount.get(event.order.account)
      if (known) known.push({ event, time })
      else this.#byAccount.set(event.order.account, [{ event, time }])
    }
  }

  of(account: number): readonly JournaledExecution[] {
    return this.#byAccount.get(account) ?? []
  }
}
