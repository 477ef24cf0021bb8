import type { CommandsFrameView } from '@uptick/protocol'
import { LINK_WINDOW_MAX, LINK_WINDOW_SLACK } from './limits.ts'
import type { Link } from './link-table.ts'
import { forbiddenKind } from './queue-records.ts'

/** Why a link may not send these commands; undefined when it may. */
export function trespass(link: Link, frame: CommandsFrameView): string | undefined {
  const kind = frame.session === link.session && link.session > 0 ? forbiddenKind(frame, link.allowed) : 0
  if (kind !== undefined) return kind === 0 ? 'commands of another session' : `it may not send kind ${kind}`
  const isPast = link.unanswered + frame.count > LINK_WINDOW_MAX + LINK_WINDOW_SLACK
  return isPast ? `more than ${LINK_WINDOW_MAX} commands unanswered` : undefined
}
