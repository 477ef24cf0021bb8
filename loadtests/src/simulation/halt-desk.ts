import { decodeFrame, encodeHello, encodeQuery, FrameType, LinkRole, type Question } from '@uptick/protocol'
import type { Cluster, ClusterMember, ProcessTime } from '@uptick/engine/testing'
import { sequenceOf } from './operator.ts'

/** How long an operator takes to notice a halted shard, and waits between two attempts. */
const ATTENTION_MS = 1_500
/** An answer may take several statements, each with its own bound. */
const ANSWER_MS_MAX = 15_000
const decision = { reason: 'two histories', operator: 'simulation' }

/**
 * The operator of a halted shard, who follows the documentation: has the member that is furthest ahead append the lost
 * rows, again when that fails, and gives the rows up when the journal has continued, or when no member holds them.
 */
export class HaltDesk {
  readonly #cluster: Cluster
  readonly #process: ProcessTime
  /** When the shard was first seen halted, or when the last attempt was made. */
  #since: number | undefined
  #isBusy = false
  /** The journal has continued with other batches. */
  #isGone = false
  /** Lives of members that hold nothing of what is lost. */
  readonly #empty = new Set<string>()
  /** Batches that were appended again. */
  repaired = 0
  releases = 0

  constructor(cluster: Cluster, process: ProcessTime) {
    this.#cluster = cluster
    this.#process = process
  }

  attend(): void {
    const { store, time, members } = this.#cluster
    if (store.lease.halted === '') return this.#forget()
    this.#since ??= time.elapsed()
    if (this.#isBusy || time.elapsed() - this.#since < ATTENTION_MS) return
    // A member that is about to come back may hold more than all the others.
    if (members.some(({ process, engine }) => process.isDead || process.isStopped || !isWaiting(engine.role))) return
    const byReach = members.toSorted((a, b) => heldBy(b) - heldBy(a))
    const next = byReach.find(({ holder }) => !this.#empty.has(holder))
    const isRelease = this.#isGone || next === undefined
    const asked = next ?? byReach[0]
    if (asked) this.#ask(asked, isRelease ? { kind: 'release', ...decision } : { kind: 'repair' })
  }

  #forget(): void {
    this.#since = undefined
    this.#isGone = false
    this.#empty.clear()
  }

  #ask({ url, holder }: ClusterMember, question: Question): void {
    this.#isBusy = true
    const dial = this.#cluster.dialler('operator', this.#process, LinkRole.OPERATOR)
    const over = (): void => {
      if (!this.#isBusy) return
      this.#isBusy = false
      cancel()
      this.#since = this.#cluster.time.elapsed()
    }
    const cancel = this.#process.after(ANSWER_MS_MAX, () => socket.close())
    const socket = dial(url, {
      opened: () => {
        socket.send(encodeHello({ instance: 'operator', session: 0, feedFrom: -1 }))
        socket.send(encodeQuery(1, question))
      },
      received: (data) => {
        const frame = decodeFrame(data)
        if (frame.type !== FrameType.ANSWER) return
        this.#answered(holder, frame.body)
        socket.close()
      },
      closed: over,
    })
  }

  #answered(holder: string, body: unknown): void {
    if (typeof body !== 'object' || body === null) return
    if ('appended' in body) this.repaired += Number(body.appended)
    if ('after' in body) this.releases++
    const error = 'error' in body ? String(body.error) : ''
    if (error.includes('nothing is lost')) this.#empty.add(holder)
    if (error.includes('continued with other batches')) this.#isGone = true
  }
}

function isWaiting(role: string): boolean {
  return role === 'halted' || role === 'standby' || role === 'unfit'
}

/** What it has executed, or saved in an earlier life. */
function heldBy(member: ClusterMember): number {
  return Math.max(sequenceOf(member), member.engine.heldThrough)
}
