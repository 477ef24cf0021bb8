import { expect, test } from 'vitest'
import { CommandQueue } from './command-queue.ts'

const at = (...times: number[]): { queuedAt: number }[] => times.map((queuedAt) => ({ queuedAt }))

test('a command that waited for a market expires at its own time, wherever it stands in the queue', () => {
  const queue = new CommandQueue()
  for (const item of at(30, 40)) queue.add(item)
  queue.putFirst(at(25, 10))
  expect([...queue]).toEqual(at(25, 10, 30, 40))
  expect(queue.expire(10)).toEqual(at(10))
  expect(queue.expire(10)).toEqual([])
  expect([...queue]).toEqual(at(25, 30, 40))
  expect(queue.next()).toEqual({ queuedAt: 25 })
  expect(queue.expire(30)).toEqual(at(30))
  expect(queue.count).toBe(1)
  expect([queue.next(), queue.next()]).toEqual([{ queuedAt: 40 }, undefined])
  expect(queue.count).toBe(0)
})
