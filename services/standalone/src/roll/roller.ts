import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from '../cluster/cluster.ts'
import type { Replica } from '../cluster/replica.ts'
import { RollRefused, type ClusterStatus, type Rolled, type RollStep } from '../control/protocol.ts'

const SETTLED_MS_MAX = 30_000
const HAND_OFF_MS_MAX = 30_000
/** A roll is refused only for a process that is behind for longer than this. */
const REFUSED_AFTER_MS = 2_000
const POLL_MS = 20
/** Pause between two queries of all processes, which have a cost. */
const SETTLED_POLL_MS = 100

/**
 * Replaces processes one by one while clients trade: each is ready before the next one stops. A gateway's successor
 * starts before the gateway stops. Among the engines the standbys are replaced first, then the leader hands off and is
 * replaced. Traders do not need the recorder.
 */
export class Roller {
  readonly #cluster: Cluster
  readonly #status: () => Promise<ClusterStatus>
  #rolling: Rolled | undefined

  constructor(cluster: Cluster, status: () => Promise<ClusterStatus>) {
    this.#cluster = cluster
    this.#status = status
  }

  /** @throws RollRefused before anything was touched, Problem or Error when a new process does not become ready */
  async roll(what: Rolled, onStep: (step: RollStep) => void): Promise<void> {
    if (this.#rolling !== undefined) throw new RollRefused(`a roll of ${this.#rolling} is under way`)
    this.#rolling = what
    try {
      const unready = await this.#settled({ forMs: REFUSED_AFTER_MS })
      if (unready !== '') throw new RollRefused(unready)
      if (what === 'recorder' || what === 'all')
        for (const replica of this.#cluster.replicas('recorder')) await this.#replace(replica, onStep)
      if (what === 'engine' || what === 'all') await this.#rollEngines(onStep)
      if (what === 'gateway' || what === 'all')
        for (const replica of this.#cluster.replicas('gateway')) await this.#rollGateway(replica, onStep)
    } finally {
      this.#rolling = undefined
    }
  }

  async #rollEngines(onStep: (step: RollStep) => void): Promise<void> {
    const leader = await this.#cluster.leader()
    const standbys = this.#cluster.replicas('engine').filter((engine) => engine !== leader)
    for (const standby of standbys) await this.#replace(standby, onStep)
    if (leader) await this.#replaceLeader(leader, onStep)
  }

  /** Stop it, then start its successor in its place. */
  async #replace(replica: Replica, onStep: (step: RollStep) => void): Promise<void> {
    const note = stepsOf(replica, onStep)
    await note('stopped', replica.stop())
    await note('started and ready', replica.start())
    await this.#awaitSettled()
  }

  /** SIGTERM makes the leader hand off; the rest is as for a standby. */
  async #replaceLeader(replica: Replica, onStep: (step: RollStep) => void): Promise<void> {
    const note = stepsOf(replica, onStep)
    const stopped = replica.stop()
    await note('led by another', this.#ledByOther(replica))
    await note('stopped', stopped)
    // A starting process takes all the processor time that it can get, so wait until the new leader has answered all
    // requests.
    await this.#awaitSettled(replica)
    await note('started and ready', replica.start())
    await this.#awaitSettled()
  }

  async #rollGateway(replica: Replica, onStep: (step: RollStep) => void): Promise<void> {
    const note = stepsOf(replica, onStep)
    const starting = replica.startBeside()
    await note('successor started and ready', starting)
    const old = await starting
    if (!old) return
    await note('gets no more connections', this.#cluster.retire(old))
    await note(() => `left: ${this.#cluster.drainOf(old) || 'without a word'}`, old.stop())
    await this.#awaitSettled()
  }

  async #ledByOther(before: Replica): Promise<void> {
    for (const began = performance.now(); performance.now() - began < HAND_OFF_MS_MAX; await delay(POLL_MS)) {
      const leader = await this.#cluster.leader()
      if (leader !== undefined && leader !== before) return
    }
    throw new Error(`there is no leader ${HAND_OFF_MS_MAX / 1000} s after ${before.name} was told to hand off`)
  }

  /** @throws Error when not all are ready again; `gone` is not running at the moment */
  async #awaitSettled(gone?: Replica): Promise<void> {
    const unready = await this.#settled({ forMs: SETTLED_MS_MAX, gone })
    if (unready !== '') throw new Error(unready)
  }

  /** Wait until all are ready. Returns the processes that are not, when the time is over. */
  async #settled({ forMs, gone }: { forMs: number; gone?: Replica | undefined }): Promise<string> {
    for (const began = performance.now(); ; await delay(SETTLED_POLL_MS)) {
      const unready = await this.#unready(gone)
      if (unready === '' || performance.now() - began > forMs) return unready
    }
  }

  /** The processes that are not ready, as a sentence; empty when all are. */
  async #unready(gone?: Replica): Promise<string> {
    const { processes, leader } = await this.#status()
    const unready = processes.filter(({ name, ready }) => !ready && name !== gone?.name)
    if (unready.length > 0)
      return `not ready: ${unready.map(({ name, reason }) => (reason === '' ? name : `${name} (${reason})`)).join(', ')}`
    return leader === undefined ? 'there is no leader' : ''
  }
}

/** Reports each step when it is done, with its duration. */
function stepsOf(replica: Replica, onStep: (step: RollStep) => void) {
  return async (what: string | (() => string), done: Promise<unknown>): Promise<void> => {
    const began = performance.now()
    await done
    const milliseconds = Math.round(performance.now() - began)
    onStep({ process: replica.name, what: typeof what === 'string' ? what : what(), milliseconds })
  }
}
