import type { AnswerTo, Question, QuestionKind } from '@uptick/protocol'
import type { Answer } from '../engine-link/query-book.ts'
import type { Services } from './services.ts'

/** Ask for the engine's state. A question about an account counts for it. -1008 when too many questions wait. */
export function engineAnswer<Kind extends QuestionKind>(
  { link }: Pick<Services, 'link'>,
  question: Question<Kind> & { readonly account: number },
): Promise<Answer<AnswerTo<Kind>>> {
  return link.query<Kind>(question, question.account)
}
