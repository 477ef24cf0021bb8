/** Time and chance in the hand of a test or a simulation. */
export { Random, seededRandom } from './random.ts'
export { VirtualTime } from './virtual-time.ts'
