import { outcomeWords, wordAt } from '@uptick/core'

const FNV_OFFSET = 0x811c_9dc5
const FNV_PRIME = 0x0100_0193

/** 32 bits that tell the outcome at `at` from another one of the same sequence: FNV-1a over its words, unsigned. */
export function outcomeSum(words: Int32Array, at: number): number {
  let sum = FNV_OFFSET
  for (const end = at + outcomeWords(words, at); at < end; at++) sum = Math.imul(sum ^ wordAt(words, at), FNV_PRIME)
  return sum >>> 0
}
