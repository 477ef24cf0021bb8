import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

/** A rule that records a series. */
export interface Recording {
  readonly record: string
  readonly expr: string
  readonly labels?: Texts
}

/** A rule that fires. */
export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Texts
  readonly annotations: Texts
}

export interface RuleGroup {
  readonly name: string
  readonly interval?: string
  readonly rules: readonly (Recording | Alert)[]
}

/** A rule file of Prometheus. */
export interface RuleFile {
  readonly name: string
  readonly text: string
  readonly groups: readonly RuleGroup[]
}

type Texts = Readonly<{ [name: string]: string }>

const folder = fileURLToPath(new URL('../components/monitoring/rules/', import.meta.url))

/** The one source of all rules, by name of the file. */
export function readRuleFiles(): RuleFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.rules.yaml'))
    .toSorted()
    .map((name) => {
      const text = readFileSync(`${folder}${name}`, 'utf8')
      const { groups }: Pick<RuleFile, 'groups'> = parse(text)
      return { name, text, groups }
    })
}

export function isAlert(rule: Recording | Alert): rule is Alert {
  return 'alert' in rule
}

/**
 * The PrometheusRule of the operator with all groups. A runbook of an alert is a path in this repository; `runbooks` is the
 * address that takes the place of `docs/runbooks`.
 */
export function prometheusRule(files: readonly RuleFile[], runbooks?: string): object {
  const located = (rule: Recording | Alert): Recording | Alert => {
    if (!isAlert(rule) || runbooks === undefined) return rule
    const url = (rule.annotations['runbook_url'] ?? '').replace('docs/runbooks', runbooks.replace(/\/$/, ''))
    return { ...rule, annotations: { ...rule.annotations, runbook_url: url } }
  }
  const groups = files.flatMap((file) => file.groups.map((group) => ({ ...group, rules: group.rules.map(located) })))
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'uptick' },
    spec: { groups },
  }
}

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
])

/**
 * The text of a rule file in which every alert waits a `factor`-th of its time, and a second at least: for a proof that
 * causes each fault and cannot wait for hours. Expressions and their windows stay as they are.
 */
export function quickened({ text }: RuleFile, factor: number): string {
  return text.replaceAll(/^(\s+for: )(\d+)([smh])$/gm, (_all, start: string, count: string, unit: string) => {
    const seconds = (Number(count) * (SECONDS.get(unit) ?? 0)) / factor
    return `${start}${Math.max(1, Math.round(seconds))}s`
  })
}
