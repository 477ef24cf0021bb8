import { expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, root)), 'utf8')

/** The rows of the table in ARCHITECTURE.md, each as its cells. */
function rows(): string[][] {
  const section = read('ARCHITECTURE.md').split('\n## Memory that clients share\n')[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  )
}

/** `A = 1` and `B = 2` in `path`: what a file must define. */
const DEFINED = /((?:`[A-Z_]+ = [^`]+`(?: and )?)+) in `([^`]+)`/g

test.each(rows().map((cells) => [cells[0]!, cells] as const))(
  '%s: bounds and shares are those of the code',
  (_, cells) => {
    expect(cells).toHaveLength(5)
    const where = cells[4]!
    for (const [, definitions, path] of where.matchAll(DEFINED)) {
      for (const [, definition] of definitions!.matchAll(/`([^`]+)`/g)) {
        expect(read(path!), `${path} defines ${definition}`).toContain(`const ${definition}`)
      }
    }
    expect(where).toContain('.ts`')
  },
)

test('the table is found, and long', () => expect(rows().length).toBeGreaterThan(12))
