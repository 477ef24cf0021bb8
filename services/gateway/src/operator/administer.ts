import { type Command, EventKind, type Outcome, readOutcome, Reject, type RejectCode, rejectName } from '@uptick/core'
import { OperatorError } from './operator-error.ts'
import type { OperatorLine } from './operator-line.ts'

const REASONS: Partial<Record<RejectCode, { status: number; message: string }>> = {
  [Reject.UNKNOWN_ACCOUNT]: { status: 404, message: 'there is no such account' },
  [Reject.UNKNOWN_SYMBOL]: { status: 404, message: 'there is no such symbol' },
  [Reject.UNKNOWN_ASSET]: { status: 404, message: 'there is no such asset' },
  [Reject.ALREADY_EXISTS]: { status: 409, message: 'it exists already' },
  [Reject.INVALID_DEFINITION]: { status: 400, message: 'the definition contradicts itself or what is listed' },
  [Reject.INSUFFICIENT_FUNDS_TO_WITHDRAW]: { status: 409, message: 'the account has less than that free' },
  [Reject.ACCOUNT_FROZEN]: { status: 409, message: 'the account is frozen' },
  [Reject.NOTHING_OPEN]: { status: 409, message: 'nothing is open' },
  [Reject.BEHAVIOUR_UNKNOWN]: { status: 409, message: 'not every member of the shard supports this behaviour' },
  [Reject.BEHAVIOUR_ACTIVE]: { status: 409, message: 'the behaviour is active already' },
  [Reject.LIMIT_REACHED]: { status: 409, message: 'the shard holds no more of these' },
  [Reject.WOULD_MATCH]: { status: 409, message: 'the imported order would match at once' },
}

/** Have the engine execute one administrative command; a rejection becomes an `OperatorError`. */
export async function administer(
  line: Pick<OperatorLine, 'submit'>,
  build: (command: Command) => void,
): Promise<Outcome> {
  const { words, offset } = await line.submit(build)
  const outcome = readOutcome(words, offset)
  if (outcome.reject === Reject.NONE) return outcome
  const reason = REASONS[outcome.reject]
  const code = rejectName(outcome.reject)
  throw new OperatorError(reason?.status ?? 400, code, reason?.message ?? `the engine refused it: ${code}`)
}

/** The id that the engine gave to what was added. */
export function addedId(outcome: Outcome): number {
  for (const event of outcome.events) if (event.kind === EventKind.CATALOGUE) return event.id
  throw new Error(`outcome ${outcome.sequence} added nothing`)
}
