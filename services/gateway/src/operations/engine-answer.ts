import type { Answer } from '../engine-link/query-book.ts'
import type { Services } from './services.ts'

/** One about an account counts for it. */
interface Question {
  readonly account?: number
  readonly [field: string]: unknown
}

/** Ask the engine's state. What it cannot take now (too many questions wait) is -1008. */
export function engineAnswer({ link }: Pick<Services, 'link'>, question: Question): Promise<Answer> {
  return link.query(question, question.account)
}
