import type { AnswerTo, Question, QuestionKind, Refused } from '@uptick/protocol'
import { askEngine } from '../engine-link/ask-engine.ts'
import type { LinkOptions } from '../engine-link/link-options.ts'
import { OperatorError } from './operator-error.ts'

/** How long a repair may take: it appends a minute of batches again. */
const REPAIR_MS_MAX = 15_000

/** How the engines of the shard are reached. */
export type EngineAccess = Pick<LinkOptions, 'urls' | 'dial' | 'timers'>

interface Standing extends AnswerTo<'status'> {
  readonly url: string
}

/** An operator's acceptance of a loss. */
export interface Acceptance {
  readonly reason: string
  readonly operator: string
}

/** What an engine holds that the journal lacks. */
interface Holder {
  readonly url: string
  /** Batches. */
  readonly lost: number
  /** Last sequence of these batches. */
  readonly through: number
}

/**
 * The journal has lost rows, so the shard has no leader: have the engine that is furthest ahead append what it still
 * holds.
 *
 * @returns the engine, and how many batches it appended
 * @throws OperatorError when no engine is ahead, or the one that is cannot do it
 */
export async function repair(engines: EngineAccess): Promise<{ engine: string; appended: number }> {
  const furthest = (await holdersAmong(engines, await standingsOf(engines)))[0]
  if (!furthest) throw new OperatorError(409, 'NOTHING_LOST', 'no engine is ahead of the journal')
  const answer = await decided(engines, furthest.url, { kind: 'repair' })
  if (answer.appended === undefined) throw new OperatorError(409, 'NOT_REPAIRED', answer.error ?? 'it does not say why')
  return { engine: furthest.url, appended: answer.appended }
}

/**
 * Give up the rows that the journal has lost: the shard continues without them.
 *
 * @returns the engine that did it, and what is lost, as far as the engine that is furthest ahead holds it
 * @throws OperatorError when the shard is not halted, or no engine can do it
 */
export async function release(engines: EngineAccess, acceptance: Acceptance): Promise<object> {
  const standings = await standingsOf(engines)
  const furthest = (await holdersAmong(engines, standings))[0] ?? standings[0]
  if (!furthest) throw new OperatorError(504, 'NO_ANSWER', 'no engine answers')
  const answer = await decided(engines, furthest.url, { kind: 'release', ...acceptance })
  if (answer.after === undefined) throw new OperatorError(409, 'NOT_RELEASED', answer.error ?? 'it does not say why')
  return { engine: furthest.url, ...answer }
}

async function decided<Kind extends QuestionKind>(
  engines: EngineAccess,
  url: string,
  question: Question<Kind>,
): Promise<AnswerTo<Kind> & Partial<Refused>> {
  try {
    return await askEngine(engines, url, question, REPAIR_MS_MAX)
  } catch (error) {
    throw new OperatorError(504, 'IN_DOUBT', `${String(error)}; ask for its status before trying again`)
  }
}

/** The engine that is furthest ahead comes first. */
async function holdersAmong(engines: EngineAccess, standings: readonly Standing[]): Promise<Holder[]> {
  const ahead = standings.filter(({ role, held = 0 }) => role === 'halted' || held > 0)
  const holders = await Promise.all(ahead.map((standing) => holderOf(engines, standing)))
  return holders.filter(({ lost }) => lost > 0).toSorted((a, b) => b.through - a.through)
}

/** An engine of a release that cannot say what it holds is halted for no other reason. */
async function holderOf(engines: EngineAccess, { url, sequence }: Standing): Promise<Holder> {
  const { lost = 1, through = sequence } = await decided(engines, url, { kind: 'lost' })
  return { url, lost, through }
}

async function standingsOf(engines: EngineAccess): Promise<Standing[]> {
  const standings = await Promise.all(engines.urls.map((url) => standingOf(engines, url)))
  return standings.filter((standing) => standing !== undefined)
}

/** Undefined when the engine does not answer. */
async function standingOf(engines: EngineAccess, url: string): Promise<Standing | undefined> {
  try {
    const status = await askEngine(engines, url, { kind: 'status' })
    return { ...status, url }
  } catch {
    return undefined
  }
}
