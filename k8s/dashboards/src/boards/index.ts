import type { BoardSpec } from '../grafana/spec.ts'
import { engine } from './engine.ts'
import { gateway } from './gateway.ts'
import { overview } from './overview.ts'
import { postgresql } from './postgresql.ts'
import { roll } from './roll.ts'

/** Every dashboard, by the name of its file. */
export const BOARDS: Readonly<Record<string, BoardSpec>> = { overview, roll, gateway, engine, postgresql }
