import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonBoundsError, parseBoundedJson, parseDistinctJson } from './bounded-json.ts'

const bounds = { depthMax: 8, valuesMax: 20 }

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

test.each([
  ['an array of the greatest depth', nested(8), true],
  ['one deeper', nested(9), false],
  ['objects and arrays count alike', '{"a":[{"b":[{"c":[{"d":[1]}]}]}]}', true],
  ['and one deeper', '{"a":[{"b":[{"c":[{"d":[{}]}]}]}]}', false],
  ['brackets in a text are text', `["${'['.repeat(100)}"]`, true],
  ['a quote that is escaped does not end a text', String.raw`["\"[[[[[[[[[[[[[[[[[[[["]`, true],
  ['a backslash that is escaped does', String.raw`["\\",[[[[[[[[[]]]]]]]]]]`, false],
  ['depth that ends is not summed up', `[${Array.from({ length: 9 }, () => '[]').join(',')}]`, true],
  ['as many values as there may be', JSON.stringify(Array.from({ length: 18 }, () => 1)), true],
  ['one value more', JSON.stringify(Array.from({ length: 21 }, () => 1)), false],
])('%s', (_what, text, isWithin) => {
  if (isWithin) expect(parseBoundedJson(text, bounds)).toEqual(JSON.parse(text))
  else expect(() => parseBoundedJson(text, bounds)).toThrow(JsonBoundsError)
})

test('depth without an end is refused without being walked', () => {
  expect(() => parseBoundedJson('['.repeat(5_000_000), bounds)).toThrow('nested too deep')
})

test('within the bounds it is JSON.parse, for any text', () => {
  const wide = { depthMax: 1000, valuesMax: 100_000 }
  fc.assert(
    fc.property(
      fc.oneof(fc.json(), fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('[]{}",:\\a1 ')) })),
      (text) => {
        expect(outcome(() => parseBoundedJson(text, wide))).toEqual(outcome(() => JSON.parse(text) as unknown))
      },
    ),
  )
})

test('an object that names something twice is refused, whatever else is in the text', () => {
  const wide = { depthMax: 1000, valuesMax: 100_000 }
  const written = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    if (Array.isArray(value)) return `[${value.map((item) => written(item)).join(' , ')}]`
    const members = Object.entries(value).map(([name, item]) => `${escaped(name)} : ${written(item)}`)
    return `{${members.join(',')}}`
  }
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (object, at) => {
      const text = written(object)
      expect(parseDistinctJson(text, wide)).toEqual(JSON.parse(text))
      const name = Object.keys(object)[at % Object.keys(object).length]!
      const twice = `[${text.slice(0, -1)},${escaped(name)}:0}]`
      expect(() => parseDistinctJson(twice, wide)).toThrow('a name twice')
    }),
  )
})

test('what passes is no deeper and has no more values than the bounds say', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 12 }), (value) => {
      const { depth, values } = measured(value)
      const isRefused = typeof outcome(() => parseBoundedJson(JSON.stringify(value), bounds)) === 'string'
      if (depth > bounds.depthMax || values > bounds.valuesMax) expect(isRefused).toBe(true)
    }),
  )
})

function outcome(run: () => unknown): unknown {
  try {
    return { value: run() }
  } catch (error) {
    return (error as Error).name
  }
}

function measured(value: unknown): { depth: number; values: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, values: 1 }
  const parts = Object.values(value).map((part) => measured(part))
  return {
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
    values: 1 + parts.reduce((sum, { values }) => sum + values, 0),
  }
}

/** A name with each of its units escaped, every other time. */
function escaped(name: string): string {
  if (name.length % 2 === 0) return JSON.stringify(name)
  const units = Array.from({ length: name.length }, (_, i) => name.charCodeAt(i).toString(16).padStart(4, '0'))
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`
}
