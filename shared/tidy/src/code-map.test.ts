import { describe, expect, test } from 'vitest'
import { codeMap, currentMap, describedPackages, withMap } from './code-map.ts'
import { repository, type SourceFile } from './repository.ts'

/** A package with one file in `src/parts`, which imports others. */
function room(path: string, ...imports: string[]): SourceFile[] {
  const manifest = {
    name: `@uptick/${path.replace(/.*\//, '')}`,
    description: `What ${path} is.`,
    dependencies: Object.fromEntries(imports.map((name) => [`@uptick/${name}`, '0.1.0'])),
    map: { start: 'src/parts/a.ts', folders: { 'src/parts': 'parts' } },
  }
  return [
    { path: `${path}/package.json`, text: JSON.stringify(manifest) },
    { path: `${path}/src/parts/a.ts`, text: '' },
  ]
}

const small = [...room('shared/wire', 'core'), ...room('shared/core'), ...room('services/desk', 'wire', 'core')]

describe('what package.json says', () => {
  test('is complete', () => expect(describedPackages(repository())).toEqual([]))
  test('bites', () => {
    expect(describedPackages(small)).toEqual([])
    expect(describedPackages([{ path: 'shared/core/package.json', text: '{}' }])).toEqual([
      'shared/core/package.json: "description" is missing',
      'shared/core/package.json: "map.start", the file to start reading at, is missing',
    ])
    const added = { path: 'shared/core/src/new/b.ts', text: '' }
    expect(describedPackages([...small, added])).toEqual([
      'shared/core/package.json: "map.folders" has no line for src/new',
    ])
    expect(describedPackages(small.filter(({ path }) => path !== 'shared/wire/src/parts/a.ts'))).toEqual([
      'shared/wire/package.json: "map.start": src/parts/a.ts does not exist',
      'shared/wire/package.json: "map.folders": src/parts does not exist',
    ])
  })
})

describe('the map of the code', () => {
  test('is that of the code', () => expect(currentMap(repository())).toEqual([]))

  test('lists a package after those that it imports, and each folder', () => {
    expect(codeMap(small).split('\n').slice(6)).toEqual([
      '| package | what it holds | start reading at |',
      '| --- | --- | --- |',
      '| `shared/core` | What shared/core is. | [`src/parts/a.ts`](shared/core/src/parts/a.ts) |',
      '| `shared/wire` | What shared/wire is. | [`src/parts/a.ts`](shared/wire/src/parts/a.ts) |',
      '| `services/desk` | What services/desk is. | [`src/parts/a.ts`](services/desk/src/parts/a.ts) |',
      '',
      '| folder | what it holds |',
      '| --- | --- |',
      '| `shared/core/src/parts` | parts |',
      '| `shared/wire/src/parts` | parts |',
      '| `services/desk/src/parts` | parts |',
    ])
  })

  test('draws no arrow that follows from others', () => {
    const drawn = codeMap([...small, ...room('shared/alone')])
    expect(drawn.split('\n```')[0]?.split('\n').slice(2)).toEqual(['  wire --> core', '  desk --> wire', '  alone'])
  })

  test('refuses packages that import each other', () => {
    expect(() => codeMap([...room('shared/a', 'b'), ...room('shared/b', 'a')])).toThrow('import each other')
  })

  test('bites', () => {
    const empty = '# A\n\n<!-- map: written by `npm run map` -->\n<!-- end of map -->\n\nAfter.\n'
    const written = withMap(empty, codeMap(small))
    expect(written).toMatch(/\n\nAfter\.\n$/)
    expect(withMap(written, codeMap(small))).toBe(written)
    expect(currentMap([...small, { path: 'ARCHITECTURE.md', text: written }])).toEqual([])
    expect(currentMap([...small, { path: 'ARCHITECTURE.md', text: empty }])).toHaveLength(1)
    expect(currentMap([...small, ...room('shared/new'), { path: 'ARCHITECTURE.md', text: written }])).toHaveLength(1)
    expect(() => withMap('# A\n', '')).toThrow('lacks the lines')
  })
})
