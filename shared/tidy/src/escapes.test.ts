import { describe, expect, test } from 'vitest'
import { escapes, ESCAPES_FILE } from './escapes.ts'
import { repository } from './repository.ts'

/** The rule for one file of code, where so much is allowed. */
function judged(path: string, text: string, allowed: object): string[] {
  return escapes([
    { path, text },
    { path: ESCAPES_FILE, text: JSON.stringify(allowed) },
  ])
}

describe('ways out of what the compiler finds', () => {
  test('become no more', () => expect(escapes(repository())).toEqual([]))

  test('are found', () => {
    const path = 'shared/a/src/b.ts'
    const found = (text: string): string[] => judged(path, text, {})
    for (const text of [
      'a!.b',
      'f(a[0]!)',
      'x = y()!\n',
      'words[i]! |= 1',
      'sums[i]!++',
      '// oxlint-disable-next-line x -- y',
    ]) {
      expect(found(text), text).toHaveLength(1)
    }
    for (const text of ['a !== b', 'if (!a) b()', "'Hello!'", '// so it is!\n', 'a != b'])
      expect(found(text), text).toEqual([])
  })

  test('are told by name: one more fails, and one less asks for a lower number', () => {
    const [more] = judged('shared/a/src/b.ts', 'f(a!, b!)', { assertions: 1 })
    expect(more).toContain('2 assertions, at most 1')
    const [less] = judged('shared/a/src/b.test.ts', 'f(a!)', { assertionsInTests: 2 })
    expect(less).toContain('only 1 assertionsInTests are left: lower the number from 2')
    expect(judged('shared/a/src/b.ts', 'f(a!)', { assertions: 1 })).toEqual([])
  })
})
