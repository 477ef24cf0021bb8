import { Kubectl, type Pod } from '@uptick/deploy'

const NAMESPACE = 'uptick-faults'
const DONE_SECONDS = 90

/**
 * Runs on the pod's node and sees its processes. A process cannot be killed or stopped from inside its own container,
 * where it is the first one. The script finds it by its control group, which contains the pod's id.
 */
const SCRIPT = `
const { readdirSync, readFileSync } = require('node:fs')
const [uid, ms] = [process.argv[1], Number(process.argv[2])]
const names = [uid, uid.replaceAll('-', '_')]
const read = (file) => { try { return readFileSync(file, 'utf8') } catch { return '' } }
const isOurs = (id) => names.some((name) => read('/proc/' + id + '/cgroup').includes(name)) && read('/proc/' + id + '/comm').trim() !== 'pause'
const [first] = readdirSync('/proc').filter((id) => /^\\d+$/.test(id)).map(Number).sort((a, b) => a - b).filter(isOurs)
if (first === undefined) throw new Error('no process of pod ' + uid)
if (ms === 0) process.kill(first, 'SIGKILL')
else {
  process.kill(first, 'SIGSTOP')
  setTimeout(() => process.kill(first, 'SIGCONT'), ms)
}
`

/**
 * Send SIGKILL to the first process of a pod, which ends it without a closing handshake. The signal comes from a
 * container of `image`, which needs Node.js; the pod's own image unless given.
 *
 * @throws KubectlError
 */
export function killProcess(pod: Pod, image = imageOf(pod)): Promise<void> {
  return run(pod, 0, image)
}

/** Image of the first container of a pod. */
export function imageOf({ spec }: Pod): string {
  return spec.containers[0]?.image ?? ''
}

/**
 * Send SIGSTOP to the first process of a pod, and SIGCONT after `ms`. Resolves when it continues. @throws KubectlError
 */
export function freezeProcess(pod: Pod, ms: number): Promise<void> {
  return run(pod, ms, imageOf(pod))
}

/** Remove what these functions need: a namespace in which pods may see the processes of their node. */
export async function forgetFaults(): Promise<void> {
  await new Kubectl(NAMESPACE).run(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false'])
}

/** Create that namespace, before a measurement begins. */
export async function allowFaults(): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' }
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } }
  await new Kubectl(NAMESPACE).run(['apply', '--filename', '-'], JSON.stringify(namespace))
}

async function run({ metadata, spec }: Pod, ms: number, image: string): Promise<void> {
  const kubectl = new Kubectl(NAMESPACE)
  const name = `signal-${metadata.name}-${Date.now().toString(36)}`
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      nodeName: spec.nodeName,
      restartPolicy: 'Never',
      hostPID: true,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'signal',
          image,
          command: ['node', '-e', SCRIPT, metadata.uid, String(ms)],
          securityContext: { privileged: true, runAsUser: 0 },
        },
      ],
    },
  }
  await kubectl.run(['create', '--filename', '-'], JSON.stringify(pod))
  const done = '--for=jsonpath={.status.phase}=Succeeded'
  await kubectl.run(['wait', 'pod', name, done, `--timeout=${DONE_SECONDS + ms / 1000}s`])
  await kubectl.run(['delete', 'pod', name, '--wait=false'])
}
