import { expect, test } from 'vitest'
import type { StoredBatch } from '@uptick/journal'
import { BatchQueue } from './batch-queue.ts'

function batch(first: number, last: number, bytes = 1): StoredBatch {
  return { epoch: 1, first, last, payload: Buffer.alloc(bytes) }
}

test('passes on all batches, up to a number of commands, but at least one batch', async () => {
  const queue = new BatchQueue()
  const filling = queue.fill(stream([batch(1, 100), batch(101, 104), batch(105, 108), batch(109, 109)]))
  await filling
  expect((await queue.take(10)).map(({ first }) => first)).toEqual([1])
  expect((await queue.take(8)).map(({ first }) => first)).toEqual([101, 105])
  expect((await queue.take(8)).map(({ first }) => first)).toEqual([109])
  expect(await queue.take(8)).toEqual([])
})

test('the error that ends the stream comes after the batches before it', async () => {
  const queue = new BatchQueue()
  await queue.fill(stream([batch(1, 1)], new Error('torn')))
  expect(await queue.take(8)).toHaveLength(1)
  await expect(queue.take(8)).rejects.toThrow('torn')
})

test('the reader waits when much is read ahead, and resumes when batches are taken', async () => {
  const queue = new BatchQueue()
  let produced = 0
  const large = async function* (): AsyncGenerator<StoredBatch> {
    for (; produced < 10; produced++) yield batch(produced + 1, produced + 1, 10 * 1024 * 1024)
  }
  const filling = queue.fill(large())
  await new Promise(setImmediate)
  expect(produced).toBe(3)
  const taken: number[] = []
  for (let group = await queue.take(1); group.length > 0; group = await queue.take(1))
    taken.push(...group.map(({ first }) => first))
  await filling
  expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('ending releases a waiting reader and a waiting taker', async () => {
  const queue = new BatchQueue()
  const never = Promise.withResolvers<void>()
  const filling = queue.fill(
    (async function* (): AsyncGenerator<StoredBatch> {
      yield batch(1, 1, 40 * 1024 * 1024)
      await never.promise
    })(),
  )
  await new Promise(setImmediate)
  queue.end()
  await filling
  expect(await queue.take(1)).toHaveLength(1)
  expect(await queue.take(1)).toEqual([])
})

async function* stream(batches: readonly StoredBatch[], error?: Error): AsyncGenerator<StoredBatch> {
  yield* batches
  if (error) throw error
}
