import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { environmentOf, find, folder, render, renderOverlay, workload } from '../manifests.ts'

let overlay: string
beforeAll(() => {
  overlay = mkdtempSync(folder('overlays/archive-test-'))
  const path = (of: string): string => relative(overlay, folder(of))
  const components = `components: [${path('components/journal-archive')}]`
  writeFileSync(join(overlay, 'kustomization.yaml'), `resources: [${path('overlays/staging')}]\n${components}\n`)
})
afterAll(() => rmSync(overlay, { recursive: true, force: true }))

test('the recorder has a volume for what leaves the journal where the component is, and removes nothing elsewhere', () => {
  const without = renderOverlay('staging')
  expect(environmentOf(without, workload(without, 'Deployment', 'recorder'))['ARCHIVE_FOLDER']).toBeUndefined()

  const manifests = render(overlay)
  const recorder = workload(manifests, 'Deployment', 'recorder')
  const { volumes, containers } = recorder.spec.template.spec
  const mountPath = environmentOf(manifests, recorder)['ARCHIVE_FOLDER']
  expect(mountPath).toBe('/archive')
  expect(containers[0]).toMatchObject({ volumeMounts: [{ name: 'archive', mountPath }] })
  const claim = find(manifests, 'PersistentVolumeClaim', 'journal-archive')
  expect(volumes).toMatchObject([{ name: 'archive', persistentVolumeClaim: { claimName: claim.metadata.name } }])
})
