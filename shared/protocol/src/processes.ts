/*
 * What the processes of a shard say of themselves, for operators. A release before says less: what it may not say is
 * optional.
 */

/** A condition of readiness that is not met. */
export interface Unmet {
  readonly name: string
  readonly reason: string
}

/** Names a process, and says what it runs. */
export interface ProcessFacts {
  /** Its place in the shard: `engine-1`. */
  readonly name: string
  /** Names the process among all that ever were. */
  readonly process: string
  readonly release: string
  /** ms since 1970. */
  readonly startedAt: number
}

/** What a gateway says of itself when it asks for the processes. */
export interface GatewayFacts extends ProcessFacts {
  /** It has not been ready yet. */
  readonly isStarting: boolean
  readonly isReady: boolean
  readonly isDraining: boolean
  readonly unmet: readonly Unmet[]
  /** Open connections of clients, WebSockets among them. */
  readonly connections: number
  readonly webSockets: number
  /** Commands that wait to be sent, and commands that were sent and not answered. */
  readonly queued: number
  readonly unanswered: number
  /** Commands that met a change of leader since the gateway started. */
  readonly holds: Holds
}

export interface Holds {
  /** Those that were executed after all, */
  readonly commands: number
  /** and the longest of them since the last report, ms. */
  readonly longestMs: number
  /** Those that got an error: -1007 or -1008. */
  readonly refused: number
}

/** The processes of a shard, as its leader knows them. */
export interface ProcessesAnswer {
  readonly leader: {
    readonly url: string
    readonly epoch: number
    readonly sequence: number
    /** Running hash at that sequence, 16 hexadecimal digits. */
    readonly hash: string
    readonly unmet: readonly Unmet[]
    readonly facts?: ProcessFacts | undefined
  }
  /** Members that follow it over a link. */
  readonly standbys: readonly {
    readonly holder: string
    readonly url: string
    readonly sequence: number
    readonly isReady: boolean
    /** Since it was last heard, ms. */
    readonly silentMs: number
    readonly facts?: ProcessFacts | undefined
  }[]
  /** Members that only read the journal, by their address. */
  readonly readers: readonly { readonly holder: string; readonly url: string }[]
  readonly gateways: readonly {
    readonly instance: string
    /** Commands accepted from it and not answered. */
    readonly unanswered: number
    /** As it said last; undefined of a release that says nothing. */
    readonly facts?: unknown
  }[]
}
