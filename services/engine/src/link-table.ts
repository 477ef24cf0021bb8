import type { Clock } from '@uptick/runtime'
import type { Subscription } from './feed.ts'
import { commandsOf, type PeerRole } from './entitlement.ts'
import { closeReason, CloseCode } from './link-errors.ts'
import { LINK_STUCK_MS_MAX, LINKS_MAX } from './limits.ts'
import type { LinkSocket } from './seams.ts'

/** The peer at the other end. */
export interface LinkPeer {
  readonly instance: string
  readonly session: number
  readonly role: PeerRole
}

/** One gateway that said HELLO, as the leader keeps it. */
export class Link {
  readonly socket: LinkSocket
  readonly instance: string
  readonly session: number
  readonly role: PeerRole
  /** By kind: 1 where it may send such a command. */
  readonly allowed: Uint8Array
  /** Place in the per-link counters of command blocks; taken until every command of the link is answered. */
  readonly slot: number
  subscription: Subscription | undefined
  /** Commands accepted and not answered. */
  unanswered = 0
  /** What the gateway says of itself, for operators: as it came, within a bound. */
  facts: unknown
  /** Answers that wait for the reply gate. */
  answersHeld = 0
  answerBytesHeld = 0
  isOpen = true
  /** Its messages are ignored: it has to reconnect. */
  isDeaf = false
  /** When its socket was last idle or took something: `Clock.elapsed`, ms. */
  progressAt: number

  constructor(socket: LinkSocket, { instance, session, role }: LinkPeer, slot: number, now: number) {
    this.socket = socket
    this.instance = instance
    this.session = session
    this.role = role
    this.allowed = commandsOf(role)
    this.slot = slot
    this.progressAt = now
  }

  send(frame: Uint8Array): void {
    if (this.isOpen) this.socket.send(frame)
  }

  close(code: CloseCode, reason: string): void {
    this.isOpen = false
    this.socket.close(code, closeReason(reason))
  }
}

/** The links of one leader: at most `LINKS_MAX`, each in a slot. */
export class LinkTable {
  readonly #clock: Clock
  readonly #slots: (Link | undefined)[] = Array.from({ length: LINKS_MAX }, () => undefined)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get count(): number {
    return this.all().length
  }

  get unanswered(): number {
    return this.#slots.reduce((sum, link) => sum + (link?.unanswered ?? 0), 0)
  }

  all(): Link[] {
    return this.#slots.filter((link): link is Link => link?.isOpen === true)
  }

  hasSession(session: number): boolean {
    return this.#slots.some((link) => link?.isOpen === true && link.session === session)
  }

  /** A link in a free slot; undefined when there is none. */
  open(socket: LinkSocket, peer: LinkPeer): Link | undefined {
    const slot = this.#slots.indexOf(undefined)
    if (slot === -1) return undefined
    const link = new Link(socket, peer, slot, this.#clock.elapsed())
    this.#slots[slot] = link
    return link
  }

  /** The connection is gone; its slot is free once all its commands are answered. */
  closed(link: Link): void {
    link.isOpen = false
    this.#release(link)
  }

  /** Outcomes of a batch have left: `byLink` counts its commands per slot. */
  answered(byLink: Int32Array): void {
    for (let slot = 0; slot < byLink.length; slot++) {
      const count = byLink[slot] ?? 0
      const link = count === 0 ? undefined : this.#slots[slot]
      if (!link) continue
      link.unanswered -= count
      this.#release(link)
    }
  }

  progressed(link: Link): void {
    link.progressAt = this.#clock.elapsed()
  }

  /** Take nothing from the present links any more, and close them with the next `closeDeaf` unless they are by then. */
  deafen(): void {
    for (const link of this.all()) link.isDeaf = true
  }

  closeDeaf(): void {
    for (const link of this.all()) {
      if (link.isDeaf) link.close(CloseCode.TRY_AGAIN_LATER, 'was away: send what still stands')
    }
  }

  /** Close links whose sockets hold bytes back and have taken none for too long. */
  closeStuck(): void {
    const now = this.#clock.elapsed()
    for (const link of this.all()) {
      if (link.socket.bufferedBytes === 0) link.progressAt = now
      else if (now - link.progressAt > LINK_STUCK_MS_MAX) {
        link.close(CloseCode.POLICY_VIOLATION, `took nothing for ${LINK_STUCK_MS_MAX} ms`)
      }
    }
  }

  #release(link: Link): void {
    if (!link.isOpen && link.unanswered === 0 && this.#slots[link.slot] === link) this.#slots[link.slot] = undefined
  }
}
