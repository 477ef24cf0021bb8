import type { AnswerTo } from '@uptick/protocol'
import type { EngineSeams, EngineSettings, Role } from './engine-seams.ts'
import type { Leader } from './leader.ts'
import type { Leadership } from './leadership.ts'
import { LinkHandler, type Away, type MemberDesk } from './link-handler.ts'
import { memberDesk, type MemberDeskOptions } from './member-desk.ts'
import { hashText } from './queries.ts'
import type { LinkSocket } from './seams.ts'
import type { Standby } from './standby.ts'

/** How the engine is at the moment. */
export interface Standing {
  readonly role: Role
  readonly leadership: Leadership | undefined
  readonly standby: Standby | undefined
}

export interface ReceptionOptions {
  readonly settings: Pick<EngineSettings, 'shard' | 'url' | 'process'>
  readonly seams: Pick<EngineSeams, 'timers' | 'door' | 'unmet'>
  readonly standing: () => Standing
  /** Last sequence that is held from before the last start, while the shard is halted; else 0. */
  readonly heldThrough: () => number
  readonly repair: () => Promise<number>
  readonly lost: MemberDeskOptions['lost']
  readonly release: MemberDeskOptions['release']
}

/**
 * The answerer of new connections: the leader, or one that tells the leader's address, or that there will be a leader
 * in a moment.
 */
export class Reception {
  /** The leader's address, as far as the lease tells; empty without a leader. */
  leaderUrl = ''
  readonly #options: ReceptionOptions
  readonly #handlers = new Set<LinkHandler>()
  readonly #desk: MemberDesk
  #isLed = true

  constructor(options: ReceptionOptions) {
    this.#options = options
    this.#desk = memberDesk({ ...options, facts: () => this.#facts() })
  }

  /** A connection was opened; the handler gets what it brings. */
  connect(socket: LinkSocket): LinkHandler {
    const { timers, door } = this.#options.seams
    const handler = new LinkHandler(socket, () => this.#host(), timers, door)
    this.#handlers.add(handler)
    return handler
  }

  /** The connection is gone. */
  disconnected(handler: LinkHandler): void {
    this.#handlers.delete(handler)
    handler.closed()
  }

  /** Another part of the engine may answer now: waiting peers are told. */
  changed(): void {
    for (const handler of this.#handlers) handler.hostChanged()
  }

  /** Whether there is a leader, and where, has been looked up. */
  looked(isLed: boolean, url: string): void {
    const wasLed = this.#isLed
    this.#isLed = isLed
    this.leaderUrl = url
    if (isLed && !wasLed) this.changed()
  }

  #host(): Leader | Away {
    const { role, leadership } = this.#options.standing()
    if (role === 'leading' && leadership?.leader) {
      if (leadership.isCertain) return leadership.leader
      return { desk: this.#desk, reason: 'lease-uncertain', isSoon: true }
    }
    const isElsewhere = this.leaderUrl !== '' && this.leaderUrl !== this.#options.settings.url
    return {
      desk: this.#desk,
      reason: role,
      isSoon: role === 'taking-over' || (role === 'standby' && !this.#isLed),
      ...(isElsewhere ? { leader: this.leaderUrl } : {}),
    }
  }

  #facts(): { shard: number } & AnswerTo<'status'> {
    const { role, leadership, standby } = this.#options.standing()
    const { shard, url, process } = this.#options.settings
    const state = standby?.state ?? leadership?.state
    return {
      role,
      shard,
      epoch: 0,
      // Of a leader that was halted: what it executed beyond that is not durable.
      sequence: state?.batches.last ?? 0,
      held: this.#options.heldThrough(),
      hash: state ? hashText(state.exchange.runningHash()) : null,
      lag: standby?.lag ?? null,
      fed: standby?.isFed ?? false,
      caughtUp: standby?.isCaughtUp ?? false,
      url,
      leader: this.leaderUrl || null,
      process,
      unmet: this.#options.seams.unmet?.(),
    }
  }
}
