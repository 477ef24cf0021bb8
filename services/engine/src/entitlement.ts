import { CommandKind } from '@uptick/core'
import { isAsked, LinkRole, type QuestionKind } from '@uptick/protocol'

/** What a peer has proved to be; `unproven`: a release without a handshake, where the settings let it in. */
export type PeerRole = LinkRole | 'unproven'

/** Needed for exactly-once itself: a TICK resolves a number that its gateway has given up. */
const SESSION_KINDS: readonly number[] = [CommandKind.OPEN_SESSION, CommandKind.END_SESSION, CommandKind.TICK]
/** Written by the sequencer and never sent. */
const INTERNAL_KINDS: readonly number[] = [CommandKind.CONTINUE, CommandKind.EXPIRE_SESSION]
/** An unknown kind is not a trader's. */
const TRADING_KINDS: readonly number[] = [
  CommandKind.PLACE,
  CommandKind.CANCEL,
  CommandKind.CANCEL_ALL,
  CommandKind.CANCEL_REPLACE,
  CommandKind.AMEND_KEEP_PRIORITY,
  CommandKind.AMEND,
]
const OPERATOR_QUESTIONS: readonly QuestionKind[] = [
  'totals',
  'accounts',
  'handOff',
  'lacking',
  'lost',
  'repair',
  'release',
]

/** Kinds are a byte of the record. */
const KINDS = 256

/** Which commands each role may send, by kind. */
const TRADER = tableOf((kind) => TRADING_KINDS.includes(kind) || SESSION_KINDS.includes(kind))
const OPERATOR = tableOf((kind) => !TRADING_KINDS.includes(kind) && !INTERNAL_KINDS.includes(kind))
const UNPROVEN = tableOf((kind) => !INTERNAL_KINDS.includes(kind))
const NOTHING = tableOf(() => false)

/** By kind: 1 where a peer of the role may send such a command. */
export function commandsOf(role: PeerRole): Uint8Array {
  if (role === LinkRole.GATEWAY) return TRADER
  if (role === LinkRole.OPERATOR) return OPERATOR
  return role === 'unproven' ? UNPROVEN : NOTHING
}

/** Whether a peer of the role may ask this. */
export function mayAsk(role: PeerRole, body: unknown): boolean {
  if (role === LinkRole.OPERATOR || role === 'unproven') return true
  return !OPERATOR_QUESTIONS.some((kind) => isAsked(body, kind))
}

function tableOf(isAllowed: (kind: number) => boolean): Uint8Array {
  const known: readonly number[] = Object.values(CommandKind)
  return Uint8Array.from({ length: KINDS }, (_, kind) => (known.includes(kind) && isAllowed(kind) ? 1 : 0))
}
