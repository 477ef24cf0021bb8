import { existsSync } from 'node:fs'
import { messageOf, Problem } from '@uptick/commandline'
import { Kubectl, KubectlError } from './kubectl.ts'

const SERVER = 'jsonpath={.clusters[0].cluster.server}'
const POD_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/**
 * Without a kubeconfig kubectl talks to localhost:8080, where an exchange of `npm start` may listen. So this is asked before
 * anything is sent. In a pod kubectl needs no kubeconfig: it has the pod's service account.
 *
 * @returns the address of the API server; `in this pod` for the pod's own
 * @throws Problem when kubectl is told of no cluster, or cannot be started
 */
export async function needCluster(environment: NodeJS.ProcessEnv): Promise<string> {
  const isInPod = (environment['KUBERNETES_SERVICE_HOST'] ?? '') !== '' && existsSync(POD_TOKEN)
  try {
    const server = await new Kubectl('default').run(['config', 'view', '--minify', '--output', SERVER])
    if (server.trim() !== '') return server.trim()
    throw new KubectlError('the cluster of the current context has no server')
  } catch (error) {
    if (!(error instanceof KubectlError) || error.isNotStarted) throw new Problem(sentence(messageOf(error)))
    if (isInPod) return 'in this pod'
    throw new Problem(`No cluster is configured: ${reasonOf(error.message)}. ${placeOf(environment)}`)
  }
}

/** kubectl speaks of how it was asked, which no person did by hand. */
function reasonOf(said: string): string {
  if (/current-context (must exist|is not set)/.test(said)) return 'there is no kubeconfig with a current context'
  return said.replace(/^error: /, '').replace(/\.$/, '')
}

function placeOf({ KUBECONFIG: file = '' }: NodeJS.ProcessEnv): string {
  const place = file === '' ? '~/.kube/config is read, or the file that KUBECONFIG names' : `KUBECONFIG names ${file}`
  return `${place}; "kubectl config get-contexts" shows what there is.`
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`
}
