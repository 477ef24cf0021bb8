import type { Journal } from '../src/index.ts'
import { untilWaiting } from './until-waiting.ts'

/** An append that waits for a standby. */
export interface WaitingAppend {
  /** Its backend. */
  readonly pid: number
  readonly sequence: number
  /** Its result: the outcome or the error. */
  readonly ended: Promise<unknown>
}

/**
 * Append batches after `last` until one waits for a standby that PostgreSQL, at `url`, has been told to wait for: a new
 * setting reaches its processes one after another.
 */
export async function waitingAppend(url: string, journal: Journal, epoch: number, last = 0): Promise<WaitingAppend> {
  for (let sequence = last + 1; ; sequence++) {
    const answered = new AbortController()
    const batch = { epoch, first: sequence, last: sequence, payload: Buffer.from('x') }
    const ended = journal.append(batch).catch((error: unknown) => error)
    void ended.then(() => answered.abort())
    const pid = await untilWaiting(url, 'SyncRep', answered.signal)
    if (pid !== undefined) return { pid, sequence, ended }
  }
}
