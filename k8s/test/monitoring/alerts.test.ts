import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isAlert, prometheusRule, readRuleFiles } from '../../monitoring/alert-rules.ts'
import { metricsIn } from './metrics-in.ts'

const root = new URL('../../../', import.meta.url)
const files = readRuleFiles()
const rules = files.flatMap(({ groups }) => groups.flatMap((group) => group.rules))
const alerts = rules.filter((rule) => isAlert(rule))
const names = [...new Set(alerts.map(({ alert }) => alert))]

/** What Prometheus knows of every target, and what prom-client measures of every process. */
const NOT_OURS = new Set(['up', 'process_start_time_seconds'])

describe.each(names)('%s', (name) => {
  const own = alerts.filter(({ alert }) => alert === name)

  test('says how urgent it is, what is wrong, and where it is written what to do', () => {
    for (const { labels, annotations } of own) {
      expect(labels['severity']).toMatch(name === 'Watchdog' ? /^none$/ : /^(page|ticket)$/)
      expect(annotations).toEqual({
        summary: expect.stringMatching(/^[A-Z{].*[^.]$/),
        description: expect.stringMatching(/\.$/),
        runbook_url: `docs/runbooks/${name}.md`,
      })
    }
  })

  test('has a runbook with impact, checks and remedies, which the list of runbooks names', () => {
    const page = readFileSync(new URL(`docs/runbooks/${name}.md`, root), 'utf8')
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading)
    expect(headings.slice(0, 4)).toEqual([name, 'Impact', 'Check', 'Do'])
    expect(readFileSync(new URL('docs/runbooks/README.md', root), 'utf8')).toContain(`[${name}](${name}.md)`)
  })

  test('is seen to fire by a test of the rules', () => {
    if (name === 'Watchdog') return
    const folder = new URL('rules/', import.meta.url)
    const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
    expect(texts.join('')).toContain(`alertname="${name}"`)
  })
})

test('there is no runbook without an alert', () => {
  const pages = readdirSync(new URL('docs/runbooks/', root)).filter((name) => name !== 'README.md')
  expect(pages.toSorted()).toEqual(names.map((name) => `${name}.md`).toSorted())
})

test('every metric that a rule asks for is one that a service has, or that a rule records', () => {
  const recorded = new Set(rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])))
  const sources = sourcesOf('services', 'shared')
  for (const { expr } of rules)
    for (const metric of metricsIn(expr)) {
      if (recorded.has(metric) || NOT_OURS.has(metric)) continue
      expect({ metric, isRegistered: sources.includes(`'${metric}'`) }).toEqual({ metric, isRegistered: true })
    }
})

test('the rules of the operator’s component are those of the rule files', () => {
  const file = new URL('k8s/components/monitoring-operator/rules.yaml', root)
  // `npm run monitoring` writes it.
  expect(parse(readFileSync(file, 'utf8'))).toEqual(prometheusRule(files))
})

test('the list of rule files that Kustomize takes is complete', () => {
  const kustomization: { configMapGenerator: { files: string[] }[] } = parse(
    readFileSync(new URL('k8s/components/monitoring/rules/kustomization.yaml', root), 'utf8'),
  )
  expect(kustomization.configMapGenerator[0]?.files).toEqual(files.map(({ name }) => name))
})

/** The text of every source file below `src` in the packages of these folders, tests left out. */
function sourcesOf(...folders: readonly string[]): string {
  const paths = folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
      .filter((path) => /^[\w-]+\/src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'))
      .map((path) => `${folder}/${path}`),
  )
  return paths.map((path) => readFileSync(new URL(path, root), 'utf8')).join('')
}
