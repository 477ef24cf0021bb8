import { type Command, type Outcome, outcomeReject, Reject } from '@uptick/core'
import { publicErrorOf, readReply, type RejectContext } from '@uptick/protocol'
import type { OutcomeView } from '../engine-link/outcome-view.ts'
import type { OperationContext } from './operation.ts'

/** Have the engine execute a command of the caller. `build` need not set the account. */
export function execute(context: OperationContext, build: (command: Command) => void): Promise<Outcome> {
  return submit(context, build).then(({ words, offset }) => readReply(words, offset))
}

/** As `execute`, but throws a rejection as the error that traders get. */
export function executeOrThrow(
  context: OperationContext,
  rejection: RejectContext,
  build: (command: Command) => void,
): Promise<Outcome> {
  return submitOrThrow(context, rejection, build).then(({ words, offset }) => readReply(words, offset))
}

/** As `executeOrThrow`, but returns the reply unread, because it may be large. */
export function submitOrThrow(
  context: OperationContext,
  rejection: RejectContext,
  build: (command: Command) => void,
): Promise<OutcomeView> {
  return submit(context, build).then((view) => {
    const reject = outcomeReject(view.words, view.offset)
    if (reject !== Reject.NONE) throw publicErrorOf(reject, rejection)
    return view
  })
}

function submit(context: OperationContext, build: (command: Command) => void): Promise<OutcomeView> {
  const { account, sendBefore, services } = context
  return services.link.submit(
    (command) => {
      build(command)
      command.account = account
    },
    sendBefore,
    account,
  )
}

/** Count one more order of the caller's account; -1015 past a limit. */
export function chargeOrder({ account, key, services }: OperationContext): void {
  if (key?.unlimited !== true) services.limits.order(account, 1)
}
