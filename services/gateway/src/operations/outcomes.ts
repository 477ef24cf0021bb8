import { Reject, readOutcome } from '@uptick/core'
import type { Command, Outcome } from '@uptick/core'
import { publicErrorOf } from '@uptick/protocol'
import type { RejectContext } from '@uptick/protocol'
import type { OperationContext } from './operation.ts'

/** Have the engine execute a command of the caller; `build` need not set the account. */
export async function execute(context: OperationContext, build: (command: Command) => void): Promise<Outcome> {
  const { account, sendBefore, services } = context
  const { words, offset } = await services.link.submit((command) => {
    build(command)
    command.account = account
  }, sendBefore)
  return readOutcome(words, offset)
}

/** As `execute`; a rejection is thrown as the error that traders get. */
export async function executeOrThrow(
  context: OperationContext,
  rejection: RejectContext,
  build: (command: Command) => void,
): Promise<Outcome> {
  const outcome = await execute(context, build)
  if (outcome.reject !== Reject.NONE) throw publicErrorOf(outcome.reject, rejection)
  return outcome
}

/** Count one more order of the caller's account; -1015 past a limit. */
export function chargeOrder({ account, key, services }: OperationContext): void {
  if (key?.unlimited !== true) services.limits.order(account, 1)
}
