import { OtherServerError } from '../errors.ts'
import type { Server } from './server.ts'

/** Hears why a connection was refused; undefined when all agree again. */
export type HearDisagreement = (reason: string | undefined) => void

/**
 * The server that all connections of a member stand on: that of the writing connection. While PostgreSQL moves, one address
 * leads to two servers one after another, and a member that claimed on one and read on the other would lead from a state
 * that is behind. So a connection that leads elsewhere is refused, and one that stands elsewhere when the writing connection comes
 * to a server leaves. A connection that comes to another server that takes writes has seen the newer address, or an older
 * one: the writing connection is made anew then, and all follow it.
 */
export class OneServer {
  readonly #hear: HearDisagreement
  #writing: Server | undefined
  readonly #movers = new Set<(server: Server) => void>()
  #doubt: () => void = () => undefined
  /** Connections that were refused, by name, with the reason. */
  readonly #refused = new Map<string, string>()

  constructor(hear: HearDisagreement = () => undefined) {
    this.#hear = hear
  }

  /** `doubt` is called when the writing connection should be made anew. */
  onDoubt(doubt: () => void): void {
    this.#doubt = doubt
  }

  /** Hear where the writing connection has come to: a connection that stands elsewhere leaves. Returns what ends it. */
  onMove(leave: (server: Server) => void): () => void {
    this.#movers.add(leave)
    return () => void this.#movers.delete(leave)
  }

  /** The writing connection stands on `server`. */
  write(server: Server): void {
    const isMove = this.#writing?.startedAt !== server.startedAt
    this.#writing = server
    if (isMove) for (const leave of this.#movers) leave(server)
  }

  /** The writing connection stands nowhere: until it does again, every server will do. */
  leave(): void {
    this.#writing = undefined
  }

  /**
   * The connection `name` has come to `server`.
   *
   * @throws OtherServerError when the writing connection stands on another one
   */
  join(name: string, server: Server): void {
    const writing = this.#writing
    if (writing === undefined || writing.startedAt === server.startedAt) {
      if (this.#refused.delete(name)) this.#tell()
      return
    }
    const reason = `${name} was led to ${described(server)}, the writing connection to ${described(writing)}`
    this.#refused.set(name, reason)
    this.#tell()
    if (!server.isStandby) this.#doubt()
    throw new OtherServerError(reason)
  }

  #tell(): void {
    this.#hear(this.#refused.values().next().value)
  }
}

function described({ startedAt, isStandby }: Server): string {
  return `the ${isStandby ? 'standby' : 'PostgreSQL'} that was started at ${startedAt}`
}
