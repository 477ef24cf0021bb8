import type { GatewayFacts, ProcessesAnswer } from '@uptick/protocol'
import { placeOf } from '@uptick/runtime'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { LeaderView, ProcessView } from './view.ts'

/*
 * What the leader and the engines say, as processes. It comes from other releases too: what is not of the expected form is
 * left out.
 */

const Reasons = Type.Array(Type.Object({ name: Type.String(), reason: Type.String() }))
const Facts = Type.Object({
  name: Type.String(),
  process: Type.String(),
  release: Type.String(),
  startedAt: Type.Number(),
})
const GatewaySays = Type.Object({
  ...Facts.properties,
  isStarting: Type.Boolean(),
  isReady: Type.Boolean(),
  isDraining: Type.Boolean(),
  unmet: Reasons,
  connections: Type.Number(),
  webSockets: Type.Number(),
  queued: Type.Number(),
  unanswered: Type.Number(),
  holds: Type.Object({ commands: Type.Number(), longestMs: Type.Number(), refused: Type.Number() }),
})
/** An answer for itself of an engine that does not lead. */
const EngineSays = Type.Object({
  role: Type.String(),
  sequence: Type.Number(),
  lag: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  process: Type.Optional(Facts),
  unmet: Type.Optional(Reasons),
})

export interface Led {
  readonly leader: LeaderView
  readonly processes: readonly ProcessView[]
  /** URLs of the leader, and of the standbys that could lead. */
  readonly wellUrls: ReadonlySet<string>
}

/** Undefined when the leader is of a release that does not answer the question. */
export function fromLeader(answer: Partial<ProcessesAnswer>, seenAt: number): Led | undefined {
  const { leader, standbys, readers, gateways } = answer
  if (!leader || !standbys || !readers || !gateways) return undefined
  const name = leader.facts?.name ?? nameOfUrl(leader.url)
  const leading: ProcessView = {
    ...identity(leader.facts, leader.url, name),
    kind: 'engine',
    state: 'leading',
    url: leader.url,
    sequence: leader.sequence,
    isReady: true,
    unmet: leader.unmet,
    seenAt,
  }
  const following = standbys.map(({ holder, url, sequence, isReady, silentMs, facts }): ProcessView => ({
    ...identity(facts, holder, placeOf(holder)),
    kind: 'engine',
    state: silentMs > SILENT_MS ? 'silent' : isReady ? 'standby' : 'catching-up',
    url,
    sequence,
    lag: Math.max(0, leader.sequence - sequence),
    isReady,
    unmet: [],
    seenAt,
  }))
  return {
    leader: { name, epoch: leader.epoch, sequence: leader.sequence, hash: leader.hash, seenAt },
    processes: [leading, ...following, ...gateways.map((gateway) => linked(gateway, seenAt))],
    wellUrls: new Set([leader.url, ...standbys.filter(({ isReady }) => isReady).map(({ url }) => url)]),
  }
}

/** A standby says how far it is ten times a second. */
const SILENT_MS = 1_000

function linked({ instance, facts }: ProcessesAnswer['gateways'][number], seenAt: number): ProcessView {
  if (Value.Check(GatewaySays, facts)) return fromGateway(facts, seenAt)
  return { id: instance, name: instance, kind: 'gateway', state: 'serving', isReady: true, unmet: [], seenAt }
}

export function fromGateway(facts: GatewayFacts, seenAt: number): ProcessView {
  const { isDraining, isReady, unmet, connections, webSockets, queued, unanswered, holds } = facts
  return {
    ...identity(facts, facts.process, facts.name),
    kind: 'gateway',
    state: isDraining ? 'draining' : isReady ? 'serving' : facts.isStarting ? 'starting' : 'not-ready',
    isReady,
    unmet,
    gateway: { connections, webSockets, queued, unanswered, holds },
    seenAt,
  }
}

/** An engine that was asked itself; undefined when it said nothing that can be read. */
export function fromEngine(url: string, says: unknown, seenAt: number): ProcessView | undefined {
  if (!Value.Check(EngineSays, says)) return undefined
  const { sequence, lag, process, unmet = [] } = says
  // The leader's answer is that of its state, which names itself so.
  const role = says.role === 'leader' ? 'leading' : says.role
  return {
    ...identity(process, url, nameOfUrl(url)),
    kind: 'engine',
    state: role,
    url,
    sequence,
    lag: lag ?? undefined,
    isReady: role === 'leading' || (role === 'standby' && unmet.length === 0),
    unmet,
    seenAt,
  }
}

/** What the leader says of an engine, and what that says of itself: the leader does not know why it is not ready. */
export function joined(told: ProcessView, asked: ProcessView | undefined): ProcessView {
  if (!asked) return told
  const { isReady, unmet } = asked
  return {
    ...told,
    state: asked.state === 'standby' ? told.state : asked.state,
    isReady: told.isReady && isReady,
    unmet,
  }
}

function identity(
  facts: Static<typeof Facts> | undefined,
  id: string,
  name: string,
): Pick<ProcessView, 'id' | 'name' | 'release' | 'startedAt'> {
  if (!facts) return { id, name }
  return { id: facts.process, name: facts.name, release: facts.release, startedAt: facts.startedAt }
}

function nameOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
