import type { OperatorClient } from '@uptick/operator'
import { untilDone, type Patience } from './until.ts'

/** What an operator does of a halted shard: again until it works. Answers with how many batches were appended again. */
export async function repair(operator: OperatorClient, patience?: Patience): Promise<number> {
  const { appended } = await untilDone(() => operator.call<{ appended: number }>('POST', '/repair'), patience)
  return appended
}
