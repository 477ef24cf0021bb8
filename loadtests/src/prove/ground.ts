import { temporaryFolder } from '@uptick/commandline'
import { join } from 'node:path'
import { FaultyProxy } from '@uptick/journal/testing'
import { UnleashAdmin } from '@uptick/operator'
import { startExchange, type RunningExchange } from '../../testing/exchange.ts'
import { LinkProxies } from '../../testing/link-proxies.ts'
import { ReplicatedPostgres } from '../../testing/replicated-postgres.ts'
import { FileRollout } from '../flags/file-rollout.ts'
import type { Rollout } from '../flags/rollout.ts'
import { ServerRollout } from '../flags/server-rollout.ts'
import type { UnleashServer } from './options.ts'

/**
 * The surroundings of a scenario's exchange:
 * - `machine`: what `npm start` starts.
 * - `replica`: two PostgreSQL servers, one of which follows the other, behind a name that can lead to either.
 * - `synchronous replicas`: three servers. Acknowledged rows are on two of them, as engines promise with that setting.
 */
export type Ground = 'machine' | 'replica' | 'synchronous replicas'

/** An exchange and its surroundings. */
export interface Grounded {
  readonly exchange: RunningExchange
  /** Undefined on `machine`. */
  readonly postgres: ReplicatedPostgres | undefined
  /** A proxy before each engine, in their order, for gateways and the other engine; none on `machine`. */
  readonly links: readonly FaultyProxy[]
  /** The place that gateways take their flags from. */
  readonly rollout: () => Promise<Rollout>
  stop(): Promise<void>
}

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1'
const steppedClock = new URL('../../testing/stepped-clock.ts', import.meta.url)
/** With bans, as on a public exchange: a client that reconnects after a roll must not be banned. */
const environment = { LIMIT_BANS: 'true' }

export async function startOn(ground: Ground, unleash: UnleashServer | undefined): Promise<Grounded> {
  if (ground !== 'machine') return startBehindProxies(ground === 'synchronous replicas')
  if (unleash !== undefined) return startBesideUnleash(unleash)
  const exchange = await startExchange({ environment })
  const rollout = async (): Promise<Rollout> => new FileRollout(join(exchange.folder, 'flags.json'))
  return { exchange, postgres: undefined, links: [], rollout, stop: () => exchange.stop() }
}

/** A proxy stands before the server, so that it can be cut off: it belongs to others. */
async function startBesideUnleash({ url, adminToken, backendToken }: UnleashServer): Promise<Grounded> {
  const proxy = await FaultyProxy.inFrontOf(url)
  const exchange = await startExchange({
    environment: { ...environment, FLAGS_URL: proxy.url(`${url}/api`), FLAGS_TOKEN: backendToken },
  }).catch(async (error: unknown) => {
    await proxy.close()
    throw error
  })
  const admin = new UnleashAdmin(url, adminToken)
  const cutOff = async (): Promise<void> => {
    proxy.redirect(NOWHERE)
    proxy.cut()
  }
  const faults = [
    { name: 'Unleash cut off', strike: cutOff },
    { name: 'Unleash back', strike: async () => proxy.redirect(url) },
  ]
  return {
    exchange,
    postgres: undefined,
    links: [],
    rollout: () => ServerRollout.of((task) => task(admin), faults),
    async stop() {
      await exchange.stop()
      await proxy.close()
    },
  }
}

async function startBehindProxies(isSynchronous: boolean): Promise<Grounded> {
  const { path: folder, remove } = temporaryFolder('uptick-')
  const postgres = await ReplicatedPostgres.start({ standbys: isSynchronous ? 2 : 1, isSynchronous })
  const links = await LinkProxies.start(folder)
  const clear = async (): Promise<void> => {
    await links.close()
    await postgres.end()
    await remove()
  }
  try {
    const exchange = await startExchange({
      folder,
      environment: {
        ...environment,
        ACK_POLICY: isSynchronous ? 'journal-synchronous' : 'journal',
        DATABASE_URL: postgres.url,
        NODE_OPTIONS: `--import=${steppedClock.href}?folder=${encodeURIComponent(folder)}`,
        LINK_URLS: links.urls,
      },
    })
    const stop = async (): Promise<void> => {
      await exchange.stop()
      await clear()
    }
    const rollout = async (): Promise<Rollout> => new FileRollout(join(folder, 'flags.json'))
    return { exchange, postgres, links: links.proxies, rollout, stop }
  } catch (error) {
    await clear()
    throw error
  }
}
