import type { Command, CommandKind } from '@uptick/core'

/** A kind that no command has, now or later: the core refuses it with UNKNOWN_COMMAND and changes nothing. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no command's kind, on purpose
const SKIPPED_KIND = 0 as CommandKind

/**
 * Turn a journaled command that an operator decided to pass over into one that changes nothing: what is left of it is
 * its envelope. So it still takes its sequence and its number in the session – the gateway that sent it gets a refusal
 * instead of sending it again – and every member that replays the journal does the same.
 */
export function skipCommand(command: Command): void {
  const { session, number, confirmed, account } = command
  command.reset()
  command.kind = SKIPPED_KIND
  command.session = session
  command.number = number
  command.confirmed = confirmed
  command.account = account
}
