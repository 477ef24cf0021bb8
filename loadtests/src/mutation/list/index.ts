import type { Room } from '../mutation.ts'
import { core } from './core.ts'
import { deploy } from './deploy.ts'
import { drain } from './drain.ts'
import { engine } from './engine.ts'
import { gateway } from './gateway.ts'
import { journal } from './journal.ts'
import { reconciler } from './reconciler.ts'
import { recorder } from './recorder.ts'

/** Bugs that are plausible, by room: each was planted by hand, and stays here so that its test stays. */
export const rooms: readonly Room[] = [core, journal, engine, reconciler, recorder, gateway, drain, deploy]
