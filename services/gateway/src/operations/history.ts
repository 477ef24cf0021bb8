import type { ReadModel } from '@uptick/readmodel'
import { OUTCOME_UNKNOWN } from '../engine-link/link-errors.ts'

/** How long a request for history waits for the recorder. */
const RECORDED_MS_MAX = 4000

/** Closed orders and past trades from the read model, after it has recorded what the caller may have seen. */
export interface History {
  /** The read model, after everything up to `sequence` is recorded; -1007 past the bound. */
  through(sequence: number): Promise<ReadModel>
  /** The read model as it stands. */
  readonly readModel: ReadModel
}

export function createHistory(readModel: ReadModel): History {
  return {
    readModel,
    async through(sequence) {
      if (!(await readModel.waitRecorded(sequence, RECORDED_MS_MAX))) throw OUTCOME_UNKNOWN
      return readModel
    },
  }
}
