import type { LinkRole } from '@uptick/protocol'
import type { Dial, DialledSocket } from './dial.ts'
import { Introduction, type Nonce } from './handshake.ts'
import type { LinkKeys } from './link-keys.ts'

export interface ProvenDialOptions {
  /** The role of the connection: the engine permits that and nothing else. */
  readonly role: LinkRole
  readonly keys: LinkKeys
  /**
   * Whether an engine may be of a release without a handshake. Such an engine hangs up at the first frame of one, and the
   * next connection to it begins without.
   */
  readonly isOptional?: boolean
  readonly nonce?: Nonce
}

/**
 * Dials as `dial` does, and counts as open only once both ends have proved that they know the same secret. Costs one round
 * trip for each connection, and nothing afterwards.
 */
export function provenDial<Socket extends DialledSocket>(
  dial: Dial<Socket>,
  { role, keys, isOptional = false, nonce }: ProvenDialOptions,
): Dial<Socket> {
  /** URLs of engines that hung up at the first frame of a handshake. */
  const unproven = new Set<string>()
  return (url, events) => {
    if (isOptional && (keys().length === 0 || unproven.delete(url))) return dial(url, events)
    const introduction = new Introduction(role, keys, nonce)
    let isOpen = false
    let isProven = false
    let isHeard = false
    let refusal: string | undefined
    let socket: Socket | undefined
    const begin = (): void => socket?.send(introduction.open())
    const prove = (data: Uint8Array): void => {
      const proof = introduction.answer(data)
      if (typeof proof === 'string') {
        refusal = proof
        socket?.close()
        return
      }
      socket?.send(proof)
      isProven = true
      events.opened()
    }
    socket = dial(url, {
      opened: () => {
        isOpen = true
        begin()
      },
      received: (data) => {
        if (isProven) return events.received(data)
        isHeard = true
        if (refusal === undefined) prove(data)
      },
      closed: (reason) => {
        if (isOptional && isOpen && !isHeard) unproven.add(url)
        events.closed(refusal ?? reason)
      },
    })
    // The connection opened within the call.
    if (isOpen) begin()
    return socket
  }
}
