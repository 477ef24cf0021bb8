import { askEngine } from '../engine-link/ask-engine.ts'
import type { LinkOptions } from '../engine-link/link-options.ts'
import { OperatorError } from './operator-error.ts'

/** Appending a minute of batches again. */
const REPAIR_MS_MAX = 15_000

/** How the engines of the shard are reached. */
export type EngineAccess = Pick<LinkOptions, 'urls' | 'dial' | 'timers'>

interface Standing {
  readonly url: string
  readonly role: string
  readonly sequence: number
}

/**
 * The journal has lost rows, so nobody leads: have the engine that is furthest ahead of it append what it still holds.
 *
 * @returns who did it, and how many batches it appended
 * @throws OperatorError when no engine is ahead, or the one that is cannot do it
 */
export async function repair(engines: EngineAccess): Promise<{ engine: string; appended: number }> {
  const standings = await Promise.all(engines.urls.map((url) => standingOf(engines, url)))
  const ahead = standings
    .filter((standing): standing is Standing => standing?.role === 'halted')
    .toSorted((a, b) => b.sequence - a.sequence)[0]
  if (!ahead) throw new OperatorError(409, 'NOTHING_LOST', 'no engine is ahead of the journal')
  const answer = (await askEngine(engines, ahead.url, { kind: 'repair' }, REPAIR_MS_MAX).catch((error: unknown) => {
    throw new OperatorError(504, 'IN_DOUBT', `${String(error)}; ask for its status before trying again`)
  })) as { appended?: number; error?: string }
  if (answer.appended === undefined) throw new OperatorError(409, 'NOT_REPAIRED', answer.error ?? 'it does not say why')
  return { engine: ahead.url, appended: answer.appended }
}

/** Undefined when the engine does not answer. */
async function standingOf(engines: EngineAccess, url: string): Promise<Standing | undefined> {
  try {
    const status = (await askEngine(engines, url, { kind: 'status' })) as Omit<Standing, 'url'>
    return { ...status, url }
  } catch {
    return undefined
  }
}
