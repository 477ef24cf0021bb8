import { inPod, kubectl, type Pod } from './kubectl.ts'

export interface Endpoint {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** A dropped packet gets no answer: this long, twice, is "closed". */
const CONNECT_MS_MAX = 3_000

const nodeProbe = `
const { connect } = require('node:net')
const reach = ({ host, port }, left) => new Promise((done) => {
  const socket = connect({ host, port, timeout: ${CONNECT_MS_MAX} })
  const end = (open) => { socket.destroy(); done(open || left === 0 ? open : reach({ host, port }, left - 1)) }
  socket.on('connect', () => end(true)).on('timeout', () => end(false)).on('error', () => end(false))
})
Promise.all(JSON.parse(process.argv[1]).map((end) => reach(end, 1))).then((open) => console.log(JSON.stringify(open)))`

/** For images without Node: one word a line. */
const bashProbe = `
for end in "$@"; do
  (for try in 1 2; do
    timeout ${CONNECT_MS_MAX / 1000} bash -c "exec 3<>/dev/tcp/\${end/:/\\/}" 2>/dev/null && { echo "$end open"; exit; }
  done; echo "$end closed") &
done; wait`

/** The names of the endpoints that can be connected to from inside the pod. */
export async function reachable(pod: Pod, endpoints: readonly Endpoint[]): Promise<string[]> {
  const hasNode = !['postgres', 'redis'].includes(pod.metadata.labels['app.kubernetes.io/name'] ?? '')
  if (hasNode) {
    const open: boolean[] = JSON.parse(await inPod(pod, ['node', '--eval', nodeProbe, JSON.stringify(endpoints)]))
    return endpoints.filter((_, index) => open[index]).map(({ name }) => name)
  }
  const address = ({ host, port }: Endpoint): string => `${host}:${port}`
  const said = await inPod(pod, ['bash', '-c', bashProbe, 'probe', ...endpoints.map(address)])
  return endpoints.filter((end) => said.includes(`${address(end)} open`)).map(({ name }) => name)
}

export interface ProbePod {
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly image: string
}

/** A pod that listens on 8080, and waits to be used for `reachable`. */
export async function startProbePod({ name, namespace, labels, image }: ProbePod): Promise<void> {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { ...labels, 'uptick.dev/probe': 'true' } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image,
          args: ['--eval', "require('node:http').createServer((_, response) => response.end()).listen(8080)"],
          ports: [{ containerPort: 8080 }],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '96Mi' } },
          securityContext,
        },
      ],
    },
  }
  await kubectl(['apply', '--filename=-'], JSON.stringify(pod))
}
