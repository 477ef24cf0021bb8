import { CommandKind, Exchange, ExecutionType, readOutcome, Reject } from '@uptick/core'
import { BatchReader } from '@uptick/protocol'
import { ClosedOrders, RETAINED_MICROSECONDS, answerQuery } from '@uptick/engine'
import { JournalAudit } from '@uptick/engine/testing'
import type { WholeReply } from '../invariants/answers.ts'
import { BookIntegrity } from '../invariants/book-integrity.ts'
import { Conservation } from '../invariants/conservation.ts'
import { claimViolations } from '../invariants/one-claim.ts'
import type { Executed } from '../invariants/executed.ts'
import { Oracle } from '../invariants/oracle.ts'
import { acknowledgementFindings } from '../reconcile/check-acknowledged.ts'
import { OrderRecord } from '../reconcile/order-record.ts'
import { Assembly } from './assembly.ts'
import { market } from './listing.ts'
import { everyBehaviour, NEXT_BEHAVIOUR } from './operator.ts'
import { unsettled } from './settled.ts'
import type { World } from './world.ts'

const nothingClosed = new ClosedOrders()

/** The invariant that each kind of wrong acknowledgement violates. */
const BROKEN = { lost: 'I2', doubled: 'I3', contradiction: 'I4' } as const

/** The journal of a run, replayed once, and everything that the checks need of it. */
class Replay {
  readonly checkers: readonly [Conservation, BookIntegrity, Oracle]
  /** The replies that continued in later outcomes, by their first sequence. */
  readonly whole = new Map<number, WholeReply>()
  readonly record = new OrderRecord()
  /** Sequence at which each order was accepted. */
  readonly acceptedAt = new Map<number, number>()
  /** Journaled time by sequence − 1, µs. */
  readonly times: number[] = []
  readonly audit: JournalAudit

  constructor({ cluster, witnesses, leaders, stepWorkMax }: World, exchange: Exchange) {
    this.checkers = [new Conservation(), new BookIntegrity(), new Oracle(everyBehaviour, stepWorkMax)]
    const assembly = new Assembly(this.whole)
    this.record.onExecution = ({ execution, order }) => {
      if (execution === ExecutionType.NEW) this.acceptedAt.set(order.orderId, exchange.sequence)
    }
    this.audit = new JournalAudit(exchange, (command, sequence, time, { epoch, last }) => {
      const { words, length } = exchange.output
      this.times.push(time)
      this.record.collect(words, length, epoch, time)
      assembly.see(words.slice(0, length), sequence)
      const executed: Executed = { command, outcome: readOutcome(words, 0), sequence, time, epoch, exchange }
      for (const checker of this.checkers) checker.see(executed)
      witnesses.reads.replayed(sequence, exchange, (state, question) => answerFrom(state, question))
      const leader = leaders.get(epoch)
      if (leader) witnesses.capabilities.executed(`${leader.url} in epoch ${epoch}`, leader.behaviours, sequence)
      const isActivation = command.kind === CommandKind.ACTIVATE_BEHAVIOUR && executed.outcome.reject === Reject.NONE
      if (isActivation) witnesses.capabilities.activated(command.value, last)
    })
    for (const batch of cluster.store.batches) this.audit.add(batch)
  }
}

/** The violations after everything has settled: one sentence each, beginning with the invariant's number. */
export function judge(
  world: World,
  exchange: Exchange = new Exchange({ supportedBehaviours: everyBehaviour, stepWorkMax: world.stepWorkMax }),
): string[] {
  const { witnesses } = world
  const { givenUp } = witnesses
  const replay = new Replay(world, exchange)
  const { audit, record, acceptedAt, checkers } = replay
  world.inSteps = replay.whole.size
  const acknowledgements = acknowledgementFindings(witnesses.counting(), record, market)
  return [
    ...unsettled(world).map((what) => `recovery: ${what}`),
    ...witnesses.violations,
    ...witnesses.hold.violations,
    ...witnesses.readiness.violations,
    ...witnesses.lostRows.check(),
    ...audit.violations,
    ...claimViolations(world.cluster.store.batches),
    ...checkers.flatMap(({ violations }) => violations),
    ...witnesses.answers.check(audit.outcomes, replay.whole, givenUp),
    ...acknowledgements.map(({ kind, text }) => `${BROKEN[kind]}: ${text}`),
    ...witnesses.resolutions.check(record, acceptedAt, givenUp),
    ...witnesses.absences.check(record, acceptedAt, givenUp),
    ...witnesses.feeds.flatMap((feed) => feed.check(audit.outcomes, retainedBy(replay, world), givenUp)),
    ...witnesses.reads.check(),
    ...witnesses.journaledTime.check(replay.times),
    ...witnesses.capabilities.check(givenUp),
    ...memberViolations(world, audit),
    ...replayViolations(world, audit),
    ...bookViolations(world, audit),
  ]
}

/** The engine's answer, after a way through JSON. */
function answerFrom(exchange: Exchange, question: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(
    JSON.stringify(answerQuery({ exchange, closedOrders: nothingClosed, epoch: 0, role: '' }, question)),
  )
}

/** Engines keep 60 s of journaled time, or less when they recovered from a more recent snapshot. */
function retainedBy({ times }: Replay, { cluster }: World): (after: number, next: number) => boolean {
  const newest = times.at(-1) ?? 0
  const isShort = newest - (times[0] ?? newest) < RETAINED_MICROSECONDS
  const { snapshots } = cluster.store
  return (after, next) => {
    if (!isShort && snapshots.some(({ sequence }) => sequence === next - 1)) return false
    return newest - (times[after - 1] ?? newest) < RETAINED_MICROSECONDS
  }
}

/** I8, for the members that exist at the end. */
function memberViolations({ cluster }: World, { hashes }: JournalAudit): string[] {
  return cluster.members.flatMap(({ url, engine }) => {
    const exchange = engine.leader?.exchange ?? engine.standby?.state.exchange
    if (!exchange || exchange.sequence === 0) return []
    return exchange.runningHash() === hashes.get(exchange.sequence)
      ? []
      : [`I8: ${url}, ${engine.role}, differs at ${exchange.sequence}`]
  })
}

/** I8: the newest snapshot with the following commands, and the previous release, reach the same state. */
function replayViolations({ cluster: { store }, stepWorkMax }: World, { exchange }: JournalAudit): string[] {
  const violations: string[] = []
  const compare = (other: Exchange, what: string): void => {
    const reader = new BatchReader()
    const audit = new JournalAudit(other)
    for (const batch of store.batches) {
      if (batch.last <= other.sequence) continue
      if (reader.open(batch.payload).firstSequence <= other.sequence) violations.push(`I8: ${what} ends within a batch`)
      audit.add(batch)
    }
    const isEqual = other.runningHash() === exchange.runningHash() && other.stateHash() === exchange.stateHash()
    if (!isEqual) violations.push(`I8: ${what} comes to another state`)
  }
  const snapshot = store.snapshots.at(-1)
  if (snapshot) {
    const restored = Exchange.restore(snapshot.bytes, { supportedBehaviours: everyBehaviour, stepWorkMax })
    compare(restored, `the snapshot at ${snapshot.sequence} with what follows`)
  }
  if (!exchange.catalogue().behaviours.includes(NEXT_BEHAVIOUR)) {
    const supportedBehaviours = everyBehaviour.filter((behaviour) => behaviour !== NEXT_BEHAVIOUR)
    compare(new Exchange({ supportedBehaviours, stepWorkMax }), 'the previous release')
  }
  return violations
}

/** I9: the books that gateways build from their feeds equal the state's. */
function bookViolations({ gateways }: World, { exchange }: JournalAudit): string[] {
  if (exchange.catalogue().symbols.length === 0) return []
  const { updateId, bids, asks } = exchange.depth(0, 0)
  const expected = JSON.stringify({ updateId, bids, asks })
  return gateways.flatMap(({ name, markets }) => {
    const book = markets.symbol(market.symbol)?.depth(0)
    const shown = JSON.stringify({ updateId: book?.updateId, bids: book?.bids, asks: book?.asks })
    return shown === expected ? [] : [`I9: the book of ${name} is ${shown}, the state's ${expected}`]
  })
}
