import type { OperatorClient } from '@uptick/operator'
import { untilDone, type Patience } from './until.ts'

/** Do what an operator does with a halted shard, until it works. Returns how many batches were appended again. */
export async function repair(operator: OperatorClient, patience?: Patience): Promise<number> {
  const { appended } = await untilDone(() => operator.call<{ appended: number }>('POST', '/repair'), patience)
  return appended
}
