import { describe, expect, test } from 'vitest'
import * as rules from './documents.ts'
import { repository } from './repository.ts'

const files = repository()

describe('titles', () => {
  test('hold', () => expect(rules.oneTitle(files)).toEqual([]))
  test('bite', () => {
    expect(rules.oneTitle([{ path: 'a.md', text: '# One\n\n# Two\n' }])).toEqual(['a.md: 2 titles (# …), must be one'])
    expect(rules.oneTitle([{ path: 'a.md', text: 'no title' }])).toHaveLength(1)
    expect(rules.oneTitle([{ path: 'a.md', text: '# One\n\n```sh\n# a comment\n```\n## Two' }])).toEqual([])
  })
})

describe('versions', () => {
  test('are pinned', () => expect(rules.pinnedVersions(files)).toEqual([]))
  test('bite', () => {
    const text = JSON.stringify({ dependencies: { pg: '^8.0.0', ws: '8.1.0' }, devDependencies: { x: 'latest' } })
    expect(rules.pinnedVersions([{ path: 'shared/a/package.json', text }])).toEqual([
      'shared/a/package.json: pg ^8.0.0 is not exact',
      'shared/a/package.json: x latest is not exact',
    ])
  })
})

describe('the lock file', () => {
  test('names no addresses', () => expect(rules.lockWithoutAddresses(files)).toEqual([]))
  test('bites', () => {
    const text = '{\n"resolved": "https://registry.example/pg.tgz",\n"resolved": "shared/core"\n}'
    expect(rules.lockWithoutAddresses([{ path: 'package-lock.json', text }])).toEqual([
      'package-lock.json:2: https://registry.example/pg.tgz',
    ])
  })
})

describe('scripts', () => {
  test('are short', () => expect(rules.shortScripts(files)).toEqual([]))
  test('bite', () => {
    const text = JSON.stringify({ scripts: { long: 'x'.repeat(121), short: 'x' } })
    expect(rules.shortScripts([{ path: 'package.json', text }])).toHaveLength(1)
  })
})
