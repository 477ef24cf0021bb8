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
  stop(): Promise<void>
}

/** Start an exchange with bans, as one has that is open to everybody: who comes back after a roll must not be banned. */
export async function startOn(ground: Ground): Promise<Grounded> {
  const environment = { LIMIT_BANS: 'true' }
  if (ground === 'machine') {
    const exchange = await startExchange({ environment })
    return { exchange, postgres: undefined, stop: () => exchange.stop() }
  }
  const isSynchronous = ground === 'synchronous replicas'
  const postgres = await ReplicatedPostgres.start({ standbys: isSynchronous ? 2 : 1, isSynchronous })
  const ACK_POLICY = isSynchronous ? 'journal-synchronous' : 'journal'
  try {
    const exchange = await startExchange({ environment: { ...environment, ACK_POLICY, DATABASE_URL: postgres.url } })
    const stop = async (): Promise<void> => {
      await exchange.stop()
      await postgres.end()
    }
    return { exchange, postgres, stop }
  } catch (error) {
    await postgres.end()
    throw error
  }
}
