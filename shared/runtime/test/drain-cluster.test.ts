import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const fixture = fileURLToPath(new URL('../testing/cluster-fixture.ts', import.meta.url))

test('workers of one listening socket are replaced without a failure, and without a floor', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fixture], { timeout: 50_000 })
  const { clients, reports } = JSON.parse(stdout)
  expect(clients.reasons).toEqual({})
  expect(clients.requests).toBeGreaterThan(50)
  expect(reports).toHaveLength(4)
  for (const report of reports) expect(report).toMatchObject({ ended: 'deserted', accepted: 0, requestsCut: 0 })
})
