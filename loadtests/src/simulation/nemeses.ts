import { journalNemeses } from './journal-nemeses.ts'
import type { Nemesis } from './nemesis.ts'
import { networkNemeses } from './network-nemeses.ts'
import { processNemeses } from './process-nemeses.ts'

/** All faults. */
export const nemeses: Readonly<Record<string, Nemesis>> = { ...processNemeses, ...journalNemeses, ...networkNemeses }
