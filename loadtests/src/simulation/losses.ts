import type { Cluster, ClusterMember } from '@uptick/engine/testing'
import { sequenceOf } from './operator.ts'
import type { Witnesses } from './witnesses.ts'

/** How long until something is appended under a new claim. */
const SOON_MS_MAX = 20

/** The rows that the journal of a run lost in fail-overs, and what happened to them. */
export class Losses {
  readonly #cluster: Cluster
  readonly #witnesses: Witnesses
  #isHalted = false
  #forgetsNext = false
  #released = 0

  constructor(cluster: Cluster, witnesses: Witnesses) {
    this.#cluster = cluster
    this.#witnesses = witnesses
    cluster.store.listen(() => this.#look())
  }

  /** Some rows are lost, and neither restored nor given up. */
  get isOpen(): boolean {
    return this.#witnesses.lostRows.isOpen
  }

  /**
   * A member that knows of a loss is about to report it. It is left alone until then, because it may be the only one.
   */
  get isHaltDue(): boolean {
    return this.#witnesses.lostRows.isHaltDue(this.#cluster.time.elapsed())
  }

  /** The next take-over is lost right after it happened, before anything was written under it. */
  forgetNextClaim(): void {
    this.#forgetsNext = true
  }

  /** A member has begun to lead. */
  leads({ process, journal, engine }: ClusterMember): void {
    const { store, time, random } = this.#cluster
    if (!this.#forgetsNext) return
    this.#forgetsNext = false
    time.after(random.integer(0, SOON_MS_MAX), () => {
      const isWell =
        !process.isStopped && !process.isDead && !journal.isTroubled && engine.leader?.epoch === store.epoch
      if (!isWell || this.isOpen || this.#isHalted) return
      const { epoch } = store
      store.lose(0, 1)
      if (store.epoch === epoch) return
      this.#witnesses.lostRows.lost(time.elapsed(), `the claim of epoch ${epoch}`, [])
    })
  }

  /**
   * Lose the last `count` rows, and up to `claims` of the claims made just there. Returns a member that knows of the
   * loss. Returns undefined, and loses nothing, when no member would know.
   */
  lose(count: number, claims: number): ClusterMember | undefined {
    const { store, time } = this.#cluster
    const knower = this.#knower()
    if (this.isOpen || this.#isHalted || store.batches.length <= count || knower === undefined) return undefined
    const before = `${store.last} in epoch ${store.epoch}`
    const rows = store.lose(count, claims)
    const what = `${before}, now ${store.last} in epoch ${store.epoch}`
    this.#witnesses.lostRows.lost(time.elapsed(), what, rows)
    return knower
  }

  /** A member that works and has seen all rows; preferably the leader. */
  #knower(): ClusterMember | undefined {
    const { members, leader, store } = this.#cluster
    return (leader ? [leader, ...members] : members).find((member) => {
      const { process, journal, engine } = member
      const isWell = !process.isStopped && !process.isDead && !journal.isTroubled && !this.#cluster.isLeaving(member)
      return isWell && ['leading', 'standby'].includes(engine.role) && sequenceOf(member) >= store.last
    })
  }

  #look(): void {
    const { store, time } = this.#cluster
    const { lostRows } = this.#witnesses
    const { halted } = store.lease
    if (halted !== '' && !this.#isHalted) lostRows.halted(time.elapsed(), halted)
    this.#isHalted = halted !== ''
    if (store.released > this.#released) this.#giveUp()
    else if (lostRows.isDecided && !this.#isHalted && this.#missing().length === 0) lostRows.over()
    this.#released = store.released
  }

  #giveUp(): void {
    const { givenUp, reads } = this.#witnesses
    const missing = this.#missing()
    this.#witnesses.lostRows.over()
    const [first, last] = [missing[0]?.first, missing.at(-1)?.last]
    if (first === undefined || last === undefined) return
    givenUp.add(first, last)
    reads.goneOnAfter(first - 1)
  }

  /** Lost rows that are not in the journal again. */
  #missing(): Witnesses['lostRows']['pending'] {
    const { batches } = this.#cluster.store
    const isThere = new Set(batches.map(({ epoch, payload }) => `${epoch} ${payload.toString('base64')}`))
    const { pending } = this.#witnesses.lostRows
    return pending.filter(({ epoch, payload }) => !isThere.has(`${epoch} ${payload.toString('base64')}`))
  }
}
