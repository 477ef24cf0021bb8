import { describe } from 'vitest'
import { limitsSuite } from '../../testing/limits-suite.ts'
import { MemoryStore } from './memory-store.ts'

describe('limits counted in memory', () => {
  limitsSuite(() => new MemoryStore())
})
