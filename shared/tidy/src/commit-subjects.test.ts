import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { areasOf, subjectComplaints } from './commit-subjects.ts'
import { root } from './repository.ts'

const areas = areasOf(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))

/** Commits of before are history, and stay as they are. */
const CHECKED_SINCE = '2026-12-01T09:00:00Z'

// A tree without its history, such as an unpacked archive, has no subjects.
test.runIf(existsSync(join(root, '.git')))('subjects of commits name an area and are imperative', () => {
  const args = ['log', '--no-merges', `--since=${CHECKED_SINCE}`, '--format=%s']
  const subjects = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean)
  expect(subjects.flatMap((subject) => subjectComplaints(subject, areas))).toEqual([])
})

test('a subject without an area, without an imperative, or too long is told', () => {
  expect(areas).toContain('core')
  for (const good of [
    'core: refuse a stop price of zero',
    'house: process each file once',
    'gateway: let REST reconnect',
  ])
    expect(subjectComplaints(good, areas)).toEqual([])
  const bad = [
    'refuse a stop price of zero',
    'kernel: refuse a stop price of zero',
    'core: refuses a stop price of zero',
    'core: refused a stop price of zero',
    'core: a stop price of zero is refused',
    'core: Refuse a stop price of zero',
    `core: refuse ${'x'.repeat(70)}`,
  ]
  for (const subject of bad) expect(subjectComplaints(subject, areas)).toHaveLength(1)
})
