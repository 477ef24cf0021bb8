import { OtherServerError } from '../errors.ts'
import type { Server } from './server.ts'

/** Called with the reason why a connection was refused; with undefined when all agree again. */
export type HearDisagreement = (reason: string | undefined) => void

/**
 * The server of all connections of a member: that of its writing connection. While PostgreSQL moves, one address leads
 * to two servers one after another. A member that claimed on one and read on the other would lead from an old state. So
 * a connection to another server is refused, and an existing one is closed when the writing connection reaches a
 * server. A connection that reaches another server that takes writes has seen a newer address, or an older one: then
 * the writing connection is made anew, and all follow it.
 */
export class OneServer {
  readonly #hear: HearDisagreement
  #writing: Server | undefined
  readonly #movers = new Set<(server: Server) => void>()
  #doubt: () => void = () => undefined
  /** Refused connections by name, with the reason. */
  readonly #refused = new Map<string, string>()

  constructor(hear: HearDisagreement = () => undefined) {
    this.#hear = hear
  }

  /** `doubt` is called when the writing connection should be made anew. */
  onDoubt(doubt: () => void): void {
    this.#doubt = doubt
  }

  /**
   * Be told the server of the writing connection, so that a connection to another one can close. Returns the function
   * that ends it.
   */
  onMove(leave: (server: Server) => void): () => void {
    this.#movers.add(leave)
    return () => void this.#movers.delete(leave)
  }

  /** The writing connection is connected to `server`. */
  write(server: Server): void {
    const isMove = this.#writing?.startedAt !== server.startedAt
    this.#writing = server
    if (isMove) for (const leave of this.#movers) leave(server)
  }

  /** The writing connection is lost: until it is connected again, every server is accepted. */
  leave(): void {
    this.#writing = undefined
  }

  /**
   * The connection `name` is connected to `server`.
   *
   * @throws OtherServerError when the writing connection is connected to another one
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
