import { temporaryFolder } from '@uptick/commandline'
import type { FaultyProxy } from '@uptick/journal/testing'
import { startExchange, type RunningExchange } from '../../testing/exchange.ts'
import { LinkProxies } from '../../testing/link-proxies.ts'
import { ReplicatedPostgres } from '../../testing/replicated-postgres.ts'

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
  stop(): Promise<void>
}

const steppedClock = new URL('../../testing/stepped-clock.ts', import.meta.url)
/** With bans, as on a public exchange: a client that reconnects after a roll must not be banned. */
const environment = { LIMIT_BANS: 'true' }

export async function startOn(ground: Ground): Promise<Grounded> {
  if (ground !== 'machine') return startBehindProxies(ground === 'synchronous replicas')
  const exchange = await startExchange({ environment })
  return { exchange, postgres: undefined, links: [], stop: () => exchange.stop() }
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
    return { exchange, postgres, links: links.proxies, stop }
  } catch (error) {
    await clear()
    throw error
  }
}
