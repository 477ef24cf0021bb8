import type { ExchangeWitness } from './exchange-witness.ts'
import type { JournalTruth } from './journal-truth.ts'

interface EngineStatus {
  readonly engine: { readonly sequence: number; readonly hash: string }
}

/** The part of the journal's truth that is used. */
type Truth = Pick<JournalTruth, 'advance' | 'sequence' | 'hash'>

/**
 * The engine's state equals that of a replay from the first command on: the running hashes at one sequence are equal.
 * Advances `truth` to that sequence.
 */
export async function checkEngine(operator: ExchangeWitness, truth: Truth): Promise<string[]> {
  const { engine } = await operator.call<EngineStatus>('GET', '/status')
  await truth.advance(engine.sequence)
  if (truth.sequence !== engine.sequence)
    return [`the engine answers at sequence ${engine.sequence}, the journal ends with ${truth.sequence}`]
  if (truth.hash === engine.hash) return []
  return [`at sequence ${engine.sequence} the engine has hash ${engine.hash}, a replay of the journal ${truth.hash}`]
}
