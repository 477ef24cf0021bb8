import { type Command, CommandKind } from '../../src/command.ts'
import { EventKind, type SessionEvent } from '../../src/event.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import type { NaiveReply, World } from './world.ts'

/** Replies kept for one session. */
const REPLIES_MAX = 10_000

const { OPEN_SESSION, END_SESSION, EXPIRE_SESSION } = CommandKind
const sessionKinds: readonly CommandKind[] = [OPEN_SESSION, END_SESSION, EXPIRE_SESSION]

/** Exactly once: run `perform` for the session's next number, else answer from its memory. */
export function sessionReply(world: World, c: Command, perform: () => NaiveReply): NaiveReply {
  if (c.session === 0 || sessionKinds.includes(c.kind)) return perform()
  const session = world.sessions.get(c.session)
  if (!session) return refusal(world, Reject.SESSION_UNKNOWN)
  for (const number of session.replies.keys()) if (number <= c.confirmed) session.replies.delete(number)
  if (!Number.isSafeInteger(c.number) || c.number > session.last + 1) return refusal(world, Reject.SESSION_GAP)
  if (c.number <= session.last) {
    const reply = session.replies.get(c.number)
    return reply ? { ...reply, repeated: true } : refusal(world, Reject.REPLY_FORGOTTEN)
  }
  const reply = perform()
  session.last = c.number
  session.replies.set(c.number, reply)
  if (session.replies.size > REPLIES_MAX) session.replies.delete(session.replies.keys().next().value!)
  return reply
}

function refusal(world: World, reject: RejectCode): NaiveReply {
  return { reject, repeated: false, originalSequence: world.sequence, events: [] }
}

/** OPEN_SESSION, END_SESSION, EXPIRE_SESSION: they carry no number of their own. */
export function sessionCommand(world: World, c: Command): RejectCode {
  const isOpen = world.sessions.has(c.session)
  if (c.kind === OPEN_SESSION) {
    if (c.session === 0) return Reject.INVALID_FIELD
    if (isOpen) return Reject.NONE
    world.sessions.set(c.session, { last: 0, replies: new Map() })
    return report(world, c, 'opened')
  }
  if (!isOpen) return Reject.SESSION_UNKNOWN
  world.sessions.delete(c.session)
  return report(world, c, c.kind === END_SESSION ? 'ended' : 'expired')
}

function report(world: World, c: Command, state: SessionEvent['state']): RejectCode {
  world.events.push({ kind: EventKind.SESSION, session: c.session, state })
  return Reject.NONE
}
