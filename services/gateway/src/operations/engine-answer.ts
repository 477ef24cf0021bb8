import type { AnswerTo, Question, QuestionKind } from '@uptick/protocol'
import type { Answer } from '../engine-link/query-book.ts'
import type { Services } from './services.ts'

/** Ask the engine's state; a question about an account counts for it. What it cannot take now (too many wait) is -1008. */
export function engineAnswer<Kind extends QuestionKind>(
  { link }: Pick<Services, 'link'>,
  question: Question<Kind> & { readonly account: number },
): Promise<Answer<AnswerTo<Kind>>> {
  return link.query<Kind>(question, question.account)
}
