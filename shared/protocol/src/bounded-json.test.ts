import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonBoundsError, parseBoundedJson } from './bounded-json.ts'

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
