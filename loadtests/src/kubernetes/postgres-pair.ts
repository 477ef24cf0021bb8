import { setTimeout as delay } from 'node:timers/promises'
import { isReady, type Pod } from '@uptick/deploy'
import { imageOf, killProcess } from './pod-signal.ts'
import type { Stage } from './stage.ts'

const LOOK_MS = 100
const UNTIL_MS_MAX = 120_000
const COMPONENT = 'journal'
const POD_NAME = 'statefulset.kubernetes.io/pod-name'

/** The pods of the StatefulSet, by name. */
export type Server = 'postgres-0' | 'postgres-1'

interface Service {
  readonly spec: { readonly selector: { readonly [POD_NAME]: Server } }
}

/** The init container of a pod without data. */
const AWAITS = 'await-data'

const PSQL = 'PGPASSWORD=$POSTGRES_PASSWORD psql -h 127.0.0.1 -U $POSTGRES_USER -d $POSTGRES_DB -qAt'

/**
 * A base backup by hand, in one session, as PostgreSQL's manual describes ("Making a Base Backup Using the Low Level
 * API"): an image need not contain the server's version of pg_basebackup. Files may change while tar reads them. The
 * primary keeps the WAL that the copy needs until it follows.
 */
const BACK_UP = `
cd "$PGDATA/.."
${PSQL} <<'EOF'
ALTER SYSTEM SET wal_keep_size = '512MB';
SELECT pg_reload_conf();
SELECT pg_backup_start('copy', fast => true);
\\! tar -C "$PGDATA" --exclude='./pg_wal/*' --exclude=./postmaster.pid -cf "$PGDATA.tar" . || [ $? = 1 ]
\\o backup_label
SELECT labelfile FROM pg_backup_stop();
EOF
tar --append -f "$PGDATA.tar" backup_label
rm backup_label
`

/** The copy has another name until it is complete, so that an incomplete one is not started. */
const RESTORE = `
mkdir -p -m 700 "$PGDATA.copy"
tar -xf - -C "$PGDATA.copy"
touch "$PGDATA.copy/standby.signal"
echo "primary_conninfo = 'host=postgres user=$POSTGRES_USER password=$POSTGRES_PASSWORD'" >>"$PGDATA.copy/postgresql.auto.conf"
mv "$PGDATA.copy" "$PGDATA"
`

/** PostgreSQL of the overlay `local`, scaled to two: the Service leads to one, and the other follows it. */
export class PostgresPair {
  readonly #stage: Stage
  #primary: Server

  private constructor(stage: Stage, primary: Server) {
    this.#stage = stage
    this.#primary = primary
  }

  /** Scale to two. Resolves when the second one follows. @throws Error when it does not within two minutes */
  static async open(stage: Stage): Promise<PostgresPair> {
    const service = await stage.kubectl.json<Service>(['get', 'service', 'postgres'])
    const pair = new PostgresPair(stage, service.spec.selector[POD_NAME])
    await stage.kubectl.run(['scale', 'statefulset/postgres', '--replicas=2'])
    await pair.#copyData()
    await pair.#following()
    return pair
  }

  get primary(): Server {
    return this.#primary
  }

  get replica(): Server {
    return this.#primary === 'postgres-0' ? 'postgres-1' : 'postgres-0'
  }

  /** The answer of one statement, as psql writes it without decoration. @throws KubectlError */
  async ask(server: Server, statement: string): Promise<string> {
    return (await this.#stage.kubectl.run(['exec', server, '--', 'sh', '-c', `${PSQL} -c "$0"`, statement])).trim()
  }

  /** Let commits wait for the replica, or not. Resolves when sessions know. */
  async waitForReplica(waits: boolean): Promise<void> {
    await this.ask(this.#primary, `ALTER SYSTEM SET synchronous_standby_names = '${waits ? '*' : ''}'`)
    await this.ask(this.#primary, 'SELECT pg_reload_conf()')
    const state = waits ? 'sync' : 'async'
    await until(`the replica is ${state}`, async () => (await this.#states()) === state)
  }

  /** The replica receives nothing from the primary any more. */
  async holdReplica(): Promise<void> {
    await this.ask(this.replica, `ALTER SYSTEM SET primary_conninfo = ''`)
    await this.ask(this.replica, 'SELECT pg_reload_conf()')
    await until('the replica is cut off', async () => (await this.#states()) === '')
  }

  /** Kill the primary with its data; promote the replica, and lead the Service to it. */
  async failOver(): Promise<void> {
    const stage = this.#stage
    const dead = this.#pod(this.#primary)
    const engine = stage.pods('engine')[0]
    if (!dead || !engine) throw new Error('there is no PostgreSQL, or no engine')
    await killProcess(dead, imageOf(engine))
    stage.mark(`${this.#primary} is dead`)
    // A new pod waits for data while the Service leads to another one.
    await this.#leadTo(this.replica)
    await stage.kubectl.run(['delete', 'pod', this.replica, '--grace-period=0', '--force'])
    await stage.kubectl.run(['exec', this.#primary, '--', 'sh', '-c', 'pg_ctl promote --pgdata="$PGDATA" --silent'])
    stage.mark(`${this.#primary} is promoted`)
  }

  /** Restore the first pod as the only primary. Call it without load. */
  async close(): Promise<void> {
    if (this.#primary !== 'postgres-0') {
      await this.waitForReplica(true)
      await this.failOver()
    }
    // A copy of a server that waited for its replica would wait too.
    await this.ask(this.#primary, 'ALTER SYSTEM RESET synchronous_standby_names')
    await this.ask(this.#primary, 'SELECT pg_reload_conf()')
    await this.#stage.kubectl.run(['scale', 'statefulset/postgres', '--replicas=1'])
    await this.#stage.until('one PostgreSQL is left', () => this.#stage.pods(COMPONENT).length === 1)
  }

  /** Copy the primary's data to the replica, if it waits for them. */
  async #copyData(): Promise<void> {
    const { kubectl } = this.#stage
    const inside = (server: Server, container: string, script: string): string[] => {
      return ['exec', '--stdin', server, '--container', container, '--', 'sh', '-ec', script]
    }
    await this.#stage.until('the replica waits for data, or has them', () => {
      const status = this.#pod(this.replica)?.status
      return status?.initContainerStatuses?.[0]?.state.running !== undefined || status?.phase === 'Running'
    })
    if (this.#pod(this.replica)?.status.phase === 'Running') return
    await kubectl.run(inside(this.#primary, 'postgres', BACK_UP))
    await kubectl.pipe(
      inside(this.#primary, 'postgres', 'cat "$PGDATA.tar"; rm "$PGDATA.tar"'),
      inside(this.replica, AWAITS, RESTORE),
    )
  }

  /** Wait until both servers run, and one follows the other. */
  async #following(): Promise<void> {
    const ready = (): boolean => {
      const pods = this.#stage.pods(COMPONENT)
      return pods.length === 2 && pods.every((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
    }
    await this.#stage.until('both PostgreSQL are ready', ready)
    await until('the replica follows', async () => (await this.#states()) !== '')
  }

  #states(): Promise<string> {
    const statement = `SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'`
    return this.ask(this.#primary, statement)
  }

  #pod(server: Server): Pod | undefined {
    return this.#stage.pods(COMPONENT).find(({ metadata }) => metadata.name === server)
  }

  async #leadTo(server: Server): Promise<void> {
    const spec = { selector: { [POD_NAME]: server } }
    await this.#stage.kubectl.run(['patch', 'service', 'postgres', '--patch', JSON.stringify({ spec })])
    this.#primary = server
  }
}

/** @throws Error when it does not hold within two minutes */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  let last = ''
  for (const began = performance.now(); performance.now() - began < UNTIL_MS_MAX; await delay(LOOK_MS)) {
    try {
      if (await holds()) return
    } catch (error) {
      last = error instanceof Error ? `: ${error.message}` : ''
    }
  }
  throw new Error(`it did not come to this: ${what}${last}`)
}
