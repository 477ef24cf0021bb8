import type { GatewayFacts, Unmet } from '@uptick/protocol'
import type { FlagsState } from '@uptick/runtime/flags'

/*
 * What `GET /overview` answers, and the events of `GET /overview/stream`. Times are ms since 1970, by the clock of the
 * gateway that answers.
 */

/** One process of the shard, as it was seen last. */
export interface ProcessView {
  /** Names the process among all that ever were, as far as it says so. */
  readonly id: string
  /** Its place in the shard: `engine-1`. A process that replaces another may have the same. */
  readonly name: string
  readonly kind: 'engine' | 'gateway'
  /** The role of an engine; `catching-up` is a standby that could not lead yet, `silent` one that does not answer. */
  readonly state: string
  /** Undefined of a release that does not say it, */
  readonly release?: string | undefined
  /** as this. */
  readonly startedAt?: number | undefined
  /** Where other processes reach an engine. */
  readonly url?: string | undefined
  readonly sequence?: number | undefined
  /** Commands that a standby is behind the leader. */
  readonly lag?: number | undefined
  readonly isReady: boolean
  /** Conditions that are not met. */
  readonly unmet: readonly Unmet[]
  /** What only gateways have; undefined of a release that does not say it. */
  readonly gateway?: Pick<GatewayFacts, 'connections' | 'webSockets' | 'queued' | 'unanswered' | 'holds'> | undefined
  /** When it was seen. */
  readonly seenAt: number
}

export interface LeaderView {
  readonly name: string
  readonly epoch: number
  readonly sequence: number
  /** Running hash at that sequence; undefined of a release that does not say it. */
  readonly hash?: string | undefined
  /** When it said so. */
  readonly seenAt: number
}

/** The shard now. While nothing answers, its last known state: `seenAt` says how old each part is. */
export interface Overview {
  readonly at: number
  /** The gateway that answers. */
  readonly gateway: string
  readonly shard: number
  /** Who said it: the leader; each engine for itself, where no leader does; nothing, where no engine answers. */
  readonly source: 'leader' | 'engines' | 'nothing'
  /** Since when no engine leads, as this gateway sees it. */
  readonly leaderlessSince?: number | undefined
  readonly leader?: LeaderView | undefined
  /** Since PostgreSQL answered this gateway last, ms. */
  readonly databaseAgeMs: number
  readonly isDatabaseAway: boolean
  readonly processes: readonly ProcessView[]
  /** Engines that should be there and do not answer, by their last known name. */
  readonly silent: readonly { readonly name: string; readonly url: string }[]
  /** Of this gateway. */
  readonly flags: FlagsState
}

/** A process in one state, under one release. */
export interface Span {
  readonly serial: number
  readonly process: string
  readonly name: string
  readonly kind: ProcessView['kind']
  readonly state: string
  readonly release?: string | undefined
  readonly from: number
  /** Null while it goes on. */
  to: number | null
}

/** Something that happened to the shard, between two moments. */
export interface Mark {
  readonly serial: number
  /** `leader`: a change of leader; `hold`: commands waited for one; `database`: PostgreSQL did not answer. */
  readonly kind: 'leader' | 'hold' | 'database'
  readonly from: number
  /** Null while it goes on. */
  to: number | null
  /** For people. */
  text: string
}

/** What a timeline has of the past. */
export interface Past {
  /** Where it begins: at the start of the gateway, or as far back as it keeps. */
  readonly begin: number
  readonly spans: readonly Span[]
  readonly marks: readonly Mark[]
}

/** Event `past`: the first of a stream. */
export interface PastEvent extends Past {
  readonly overview: Overview
}

/** Event `now`: the shard, and what has changed in the timeline since the event before. */
export interface NowEvent {
  readonly overview: Overview
  readonly spans: readonly Span[]
  readonly marks: readonly Mark[]
}
