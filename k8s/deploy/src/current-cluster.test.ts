import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { needCluster } from './current-cluster.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'uptick-home-'))
  vi.stubEnv('HOME', home)
  vi.stubEnv('KUBECONFIG', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true, force: true })
})

const kubeconfig = (context: string, server: string): string => `
apiVersion: v1
kind: Config
clusters: [{ name: here, cluster: { server: '${server}' } }]
users: [{ name: me, user: {} }]
contexts: [{ name: mine, context: { cluster: here, user: me } }]
current-context: '${context}'
`

function written(text: string): NodeJS.ProcessEnv {
  const file = join(home, 'kubeconfig')
  writeFileSync(file, text)
  vi.stubEnv('KUBECONFIG', file)
  return { KUBECONFIG: file }
}

/** A laptop may be without kubectl; a gate without it fails. */
const hasKubectl = process.env['CI'] === 'true' || spawnSync('kubectl', ['version', '--client']).status === 0

describe.skipIf(!hasKubectl)('kubectl knows', () => {
  test('without a kubeconfig there is no cluster, though something may listen on localhost:8080', async () => {
    await expect(needCluster({})).rejects.toThrow(
      'No cluster is configured: there is no kubeconfig with a current context. ~/.kube/config is read, or the file that ' +
        'KUBECONFIG names; "kubectl config get-contexts" shows what there is.',
    )
  })

  test.each([
    [
      'without a current context',
      kubeconfig('', 'https://cluster.example'),
      /no kubeconfig with a current context\. KUBECONFIG/,
    ],
    [
      'with a context that is missing',
      kubeconfig('other', 'https://cluster.example'),
      /No cluster is configured: .*other/,
    ],
    ['whose cluster has no address', kubeconfig('mine', ''), /the cluster of the current context has no server/],
    ['that is damaged', 'apiVersion: [', /^No cluster is configured: /],
  ])('a kubeconfig %s is no cluster', async (_how, text, words) => {
    await expect(needCluster(written(text))).rejects.toThrow(words)
  })

  test('the cluster of the current context is the one', async () => {
    expect(await needCluster(written(kubeconfig('mine', 'https://cluster.example')))).toBe('https://cluster.example')
  })
})

test('kubectl that is not installed is said in one sentence', async () => {
  vi.stubEnv('PATH', home)
  await expect(needCluster({})).rejects.toThrow(/^Kubectl cannot be started; it has to be on the PATH: .*\.$/)
})
