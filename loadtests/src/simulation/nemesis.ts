import type { ClusterMember } from '@uptick/engine/testing'
import type { World } from './world.ts'

/** A fault of the given engine or of any part; returns false when it does not apply now. */
export type Nemesis = (world: World, engine: ClusterMember) => boolean
