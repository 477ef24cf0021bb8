import { encodeGoodbye } from '@uptick/protocol'
import type { LinkSocket } from './seams.ts'

/** Close codes of RFC 6455 §7.4.1 and the IANA registry, as the link uses them. */
export const CloseCode = {
  NORMAL: 1000,
  /** The peer broke the order of frames, or has no common version. */
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  /** The frame's bytes are not what its type says. */
  INVALID_PAYLOAD: 1007,
  /** The peer passed a bound that it was told. */
  POLICY_VIOLATION: 1008,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
} as const
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode]

/** RFC 6455 §5.5: a control frame carries at most 125 bytes, two of them the code. */
const REASON_BYTES_MAX = 123

/** A reason that fits into a close frame. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text)
  return bytes.length <= REASON_BYTES_MAX ? text : bytes.subarray(0, REASON_BYTES_MAX - 1).toString('latin1')
}

/** Close a link with the reason in words, and with the URL of `leader` when that is known. */
export function sayGoodbye(socket: LinkSocket, reason: string, code: CloseCode, leader?: string): void {
  socket.send(encodeGoodbye({ reason, leader }))
  socket.close(code, closeReason(reason))
}
