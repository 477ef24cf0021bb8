import type { ClusterMember } from '@uptick/engine/testing'
import type { World } from './world.ts'

/** Something that goes wrong, to the engine given or to any part; false when it does not apply at the moment. */
export type Nemesis = (world: World, engine: ClusterMember) => boolean
