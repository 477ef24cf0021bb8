import { expect, test } from 'vitest'
import { FrameMemory } from './frame-memory.ts'
import { FRAME_WORDS_MAX } from './limits.ts'

test('frames lie side by side, and a slab is used again when nothing holds it', () => {
  const memory = new FrameMemory()
  const first = memory.allocate(FRAME_WORDS_MAX)
  const second = memory.allocate(FRAME_WORDS_MAX)
  expect(second.slab).toBe(first.slab)
  expect(second.words.byteOffset).toBe(first.words.byteLength)
  for (let i = 0; i < 100; i++) {
    const space = memory.allocate(FRAME_WORDS_MAX)
    memory.release(space.slab)
  }
  expect(memory.slabs).toBe(3)
  memory.release(first.slab)
  memory.release(second.slab)
  for (let i = 0; i < 100; i++) memory.release(memory.allocate(FRAME_WORDS_MAX).slab)
  expect(memory.slabs).toBe(3)
})

test('memory that a socket still sends from is not written to', () => {
  const memory = new FrameMemory()
  const kept = memory.allocate(10)
  kept.words.fill(7)
  memory.hold(kept.slab)
  memory.release(kept.slab)
  for (let i = 0; i < 40; i++) {
    const other = memory.allocate(FRAME_WORDS_MAX)
    other.words.fill(1)
    memory.release(other.slab)
  }
  expect([...kept.words]).toEqual(Array.from({ length: 10 }, () => 7))
  memory.release(kept.slab)
  expect(() => memory.release(kept.slab)).toThrow('released as often as it was held')
})

test('a frame longer than a slab has memory of its own', () => {
  const memory = new FrameMemory()
  const { slab, words } = memory.allocate(20 * FRAME_WORDS_MAX)
  expect(words.length).toBe(20 * FRAME_WORDS_MAX)
  memory.release(slab)
  expect(memory.slabs).toBe(0)
})
