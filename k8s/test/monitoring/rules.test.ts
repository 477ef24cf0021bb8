import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { run, testWith } from './programs.ts'

const component = fileURLToPath(new URL('../../components/monitoring/', import.meta.url))
const rules = fileURLToPath(new URL('rules/', import.meta.url))
const cases = readdirSync(rules).filter((name) => name.endsWith('.test.yaml'))

testWith('promtool')('Prometheus takes every rule file', () => {
  const files = readdirSync(`${component}rules`).filter((name) => name.endsWith('.rules.yaml'))
  const { code, said } = run('promtool', ['check', 'rules', ...files.map((name) => `${component}rules/${name}`)])
  expect(code, said).toBe(0)
})

testWith('promtool').each(cases)('alerts fire when they should, and only then: %s', (name) => {
  const { code, said } = run('promtool', ['test', 'rules', `${rules}${name}`])
  expect(code, said).toBe(0)
})

testWith('promtool')('Prometheus takes its configuration', (context) => {
  const { code, said } = run('promtool', ['check', 'config', '--syntax-only', `${component}prometheus.yml`])
  // Debian builds Prometheus without it.
  context.skip(said.includes('kubernetes_sd_configs not found'), 'this promtool does not know discovery by Kubernetes')
  expect(code, said).toBe(0)
})

testWith('amtool').each(['alertmanager.yml', 'webhooks.yml'])('Alertmanager takes %s', (name) => {
  const { code, said } = run('amtool', ['check-config', `${component}${name}`])
  expect(code, said).toBe(0)
})
