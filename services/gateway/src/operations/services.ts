import type { Clock } from '@uptick/runtime'
import type { Flags } from '@uptick/runtime/flags'
import type { EngineLink } from '../engine-link/link.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { Limits } from '../limits/limits.ts'
import type { MarketData } from '../market/market-data.ts'
import type { History } from './history.ts'
import type { Catalogue } from '../engine-link/catalogue.ts'

/** What operations share: built once by `app.ts`. */
export interface Services {
  readonly clock: Clock
  readonly link: EngineLink
  readonly catalogue: Catalogue
  readonly market: MarketData
  readonly history: History
  readonly limits: Limits
  readonly keys: KeyStore
  readonly flags: Pick<Flags, 'isOn'>
}
