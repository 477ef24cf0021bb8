import { SERVER_BUSY } from '../engine-link/link-errors.ts'
import type { Services } from '../services.ts'

/** Ask the engine's state. What it cannot take now (too many questions wait) is -1008. */
export async function engineAnswer<T>(
  { link }: Pick<Services, 'link'>,
  question: object,
): Promise<{ value: T; sequence: number }> {
  const { value, sequence } = await link.query(question)
  if (typeof value === 'object' && value !== null && 'error' in value) throw SERVER_BUSY
  return { value: value as T, sequence }
}
