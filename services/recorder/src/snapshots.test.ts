import type { Journal } from '@uptick/journal'
import { expect, test } from 'vitest'
import { SnapshotKeeper } from './snapshots.ts'

const policy = { commands: 100, seconds: 60, kept: 3 }

/** A keeper that starts from a snapshot of sequence 50, and a clock that the test moves. */
function keeping(newest?: { sequence: number; ageSeconds: number }) {
  const [clock, calls] = [{ ms: 1_000 }, [] as string[]]
  const failing = { error: undefined as Error | undefined }
  const journal = {
    newestSnapshot: () => Promise.resolve(newest),
    saveSnapshot: ({ sequence, bytes }: { sequence: number; bytes: Uint8Array }) => {
      calls.push(`save ${sequence}, ${bytes.length} bytes`)
      return failing.error ? Promise.reject(failing.error) : Promise.resolve()
    },
    pruneSnapshots: (kept: number) => Promise.resolve(void calls.push(`keep ${kept}`)),
  } as unknown as Journal
  return { clock, calls, failing, keeper: new SnapshotKeeper(journal, policy, 50, () => clock.ms) }
}

test('a snapshot is due after enough commands', () => {
  const { keeper } = keeping()
  expect([149, 150, 151].map((sequence) => keeper.isDue(sequence))).toEqual([false, true, true])
})

test('or after enough time, if anything has happened', () => {
  const { clock, keeper } = keeping()
  clock.ms += 59_999
  expect(keeper.isDue(51)).toBe(false)
  clock.ms += 1
  expect([50, 51].map((sequence) => keeper.isDue(sequence))).toEqual([false, true])
})

test('it is saved, then old ones are removed; the next one is due from there', async () => {
  const { clock, calls, keeper } = keeping()
  clock.ms += 60_000
  await keeper.save(70, new Uint8Array(9))
  expect(calls).toEqual(['save 70, 9 bytes', 'keep 3'])
  expect([71, 169, 170].map((sequence) => keeper.isDue(sequence))).toEqual([false, false, true])
})

test('a failed one removes nothing, and is tried again when the next is due', async () => {
  const { calls, failing, keeper } = keeping()
  failing.error = new Error('full')
  await expect(keeper.save(150, new Uint8Array(1))).rejects.toThrow('full')
  expect(calls).toEqual(['save 150, 1 bytes'])
  expect([249, 250].map((sequence) => keeper.isDue(sequence))).toEqual([false, true])
})

test.each([
  ['there is none', undefined, true],
  ['the newest is so many commands old', { sequence: 100, ageSeconds: 1 }, true],
  ['the newest is so long ago', { sequence: 199, ageSeconds: 60 }, true],
  ['another process has saved one lately', { sequence: 101, ageSeconds: 59 }, false],
])('where %s, one is wanted: %s → %s', async (_what, newest, isWanted) => {
  const { keeper } = keeping(newest)
  expect(await keeper.isWanted(200)).toBe(isWanted)
  // A "no" counts as a save.
  expect([299, 300].map((sequence) => keeper.isDue(sequence))).toEqual(isWanted ? [true, true] : [false, true])
})
