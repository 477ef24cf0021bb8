import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl } from '../kubectl.ts'
import { folder, overlays, renderOverlay } from '../manifests.ts'

describe.each(overlays)('the API server takes overlay %s', (overlay) => {
  const name = renderOverlay(overlay).find(({ kind }) => kind === 'Namespace')!.metadata.name
  let isOurs = false

  // A dry run makes no namespace, and objects need theirs.
  beforeAll(async () => {
    isOurs = await kubectl(['create', 'namespace', name]).then(
      () => true,
      () => false,
    )
  })

  afterAll(async () => {
    if (isOurs) await kubectl(['delete', 'namespace', name, '--wait=false'])
  })

  test('as it is', async () => {
    const said = await kubectl(['apply', '--kustomize', folder(`overlays/${overlay}`), '--dry-run=server'])
    expect(said).toMatch(/statefulset.apps\/engine \w+ \(server dry run\)/)
    expect(said).toMatch(/deployment.apps\/gateway \w+ \(server dry run\)/)
    expect(said).toMatch(/job.batch\/migration-\S+ \w+ \(server dry run\)/)
  })
})
