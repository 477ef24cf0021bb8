import { expect, test } from 'vitest'
import { checkEngine } from './check-engine.ts'
import type { ExchangeWitness } from './exchange-witness.ts'

/** A replay of a journal that ends with `end`; its hash identifies its position. */
function journal(end: number) {
  return {
    sequence: 0,
    get hash(): string {
      return `hash of ${this.sequence}`
    },
    advance(through = end): Promise<void> {
      this.sequence = Math.max(this.sequence, Math.min(end, through))
      return Promise.resolve()
    },
  }
}

function engine(sequence: number, hash: string): ExchangeWitness {
  return {
    call: <Answer>(method: string, path: string) => {
      expect([method, path]).toEqual(['GET', '/status'])
      return Promise.resolve({ engine: { sequence, hash } } as Answer)
    },
    totals: () => Promise.reject(new Error('not asked')),
  }
}

test('an engine with the hash of the replay at its sequence is right, and the replay stays there', async () => {
  const truth = journal(9)
  expect(await checkEngine(engine(7, 'hash of 7'), truth)).toEqual([])
  expect(truth.sequence).toBe(7)
})

test('another hash at the same sequence is found', async () => {
  expect(await checkEngine(engine(7, 'hash of 6'), journal(9))).toEqual([
    'at sequence 7 the engine has hash hash of 6, a replay of the journal hash of 7',
  ])
})

test('an engine past the end of the journal is found, whatever its hash', async () => {
  expect(await checkEngine(engine(10, 'hash of 9'), journal(9))).toEqual([
    'the engine answers at sequence 10, the journal ends with 9',
  ])
})

test('an engine before the sequence of the last comparison is found', async () => {
  const truth = journal(9)
  await truth.advance()
  expect(await checkEngine(engine(8, 'hash of 9'), truth)).toEqual([
    'the engine answers at sequence 8, the journal ends with 9',
  ])
})
