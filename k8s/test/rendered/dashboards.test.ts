import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { folder, render } from '../manifests.ts'

let overlay: string
beforeAll(() => {
  overlay = mkdtempSync(folder('overlays/dashboards-test-'))
  const path = (of: string): string => relative(overlay, folder(of))
  const components = `components: [${path('components/dashboards')}]`
  writeFileSync(join(overlay, 'kustomization.yaml'), `resources: [${path('overlays/staging')}]\n${components}\n`)
})
afterAll(() => rmSync(overlay, { recursive: true, force: true }))

test('each dashboard is a ConfigMap that the sidecar of Grafana finds', () => {
  const boards = render(overlay).filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1')
  const names = ['engine', 'gateway', 'overview', 'postgresql', 'roll']
  expect(boards.map(({ metadata }) => metadata.name).toSorted()).toEqual(names.map((name) => `dashboard-${name}`))
  for (const { kind, metadata } of boards) {
    expect(kind).toBe('ConfigMap')
    expect(metadata.annotations).toMatchObject({ grafana_folder: 'Uptick' })
  }
})
