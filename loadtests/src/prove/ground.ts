import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FaultyProxy } from '@uptick/journal/testing'
import { readSettings } from '@uptick/standalone'
import { startExchange, type RunningExchange } from '../../testing/exchange.ts'
import { ReplicatedPostgres } from '../../testing/replicated-postgres.ts'

/**
 * What the exchange of a scenario stands on:
 * - `machine`: what `npm start` brings along.
 * - `replica`: two PostgreSQL, of which one follows the other, behind a name that can lead to either.
 * - `synchronous replicas`: three, and what is acknowledged is on two of them, as engines promise it there.
 */
export type Ground = 'machine' | 'replica' | 'synchronous replicas'

/** An exchange and what it stands on. */
export interface Grounded {
  readonly exchange: RunningExchange
  /** Undefined on `machine`. */
  readonly postgres: ReplicatedPostgres | undefined
  /** What stands before each engine, in their order, for gateways and the other engine; none on `machine`. */
  readonly links: readonly FaultyProxy[]
  stop(): Promise<void>
}

const steppedClock = new URL('../../testing/stepped-clock.ts', import.meta.url)
/** With bans, as an exchange has that is open to everybody: who comes back after a roll must not be banned. */
const environment = { LIMIT_BANS: 'true' }

export async function startOn(ground: Ground): Promise<Grounded> {
  if (ground !== 'machine') return startBehindProxies(ground === 'synchronous replicas')
  const exchange = await startExchange({ environment })
  return { exchange, postgres: undefined, links: [], stop: () => exchange.stop() }
}

async function startBehindProxies(isSynchronous: boolean): Promise<Grounded> {
  const folder = await mkdtemp(join(tmpdir(), 'uptick-'))
  const postgres = await ReplicatedPostgres.start({ standbys: isSynchronous ? 2 : 1, isSynchronous })
  const portOf = (engine: number): number => readSettings(folder)?.ports[`link-${engine}`] ?? 0
  const links = await Promise.all(
    [1, 2].map((engine) => FaultyProxy.inFrontOf(() => `ws://127.0.0.1:${portOf(engine)}`)),
  )
  const clear = async (): Promise<void> => {
    await Promise.all(links.map((link) => link.close()))
    await postgres.end()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const exchange = await startExchange({
      folder,
      environment: {
        ...environment,
        ACK_POLICY: isSynchronous ? 'journal-synchronous' : 'journal',
        DATABASE_URL: postgres.url,
        NODE_OPTIONS: `--import=${steppedClock.href}?folder=${encodeURIComponent(folder)}`,
        LINK_URLS: links.map((link) => link.url('ws://engine/link')).join(','),
      },
    })
    const stop = async (): Promise<void> => {
      await exchange.stop()
      await clear()
    }
    return { exchange, postgres, links, stop }
  } catch (error) {
    await clear()
    throw error
  }
}
