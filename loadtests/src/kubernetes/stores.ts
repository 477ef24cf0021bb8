import { type Kubectl, PortForward } from '@uptick/deploy'
import { OperatorClient } from '@uptick/operator'

interface Secret {
  readonly data: Readonly<Record<string, string>>
}

interface Service {
  readonly status: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] }
  }
}

const OPERATOR_PORT = 8081

/** What the proof asks in addition to a trader's requests: the operator API and the journal. */
export interface Stores {
  readonly operator: OperatorClient
  readonly databaseUrl: string
}

/**
 * Opens both through port-forwards while `use` runs. They bypass network policies, and work on any machine with a
 * kubeconfig. A database outside the cluster is reached as the engine reaches it.
 */
export async function withStores<T>(kubectl: Kubectl, use: (stores: Stores) => Promise<T>): Promise<T> {
  const [gateway, database] = await Promise.all([secret(kubectl, 'uptick-gateway'), secret(kubectl, 'uptick-database')])
  const forwards: PortForward[] = []
  try {
    const operator = await PortForward.open(kubectl, 'service/operator', OPERATOR_PORT)
    forwards.push(operator)
    const url = new URL(database['DATABASE_URL'] ?? '')
    if ((await kubectl.find(['get', 'service', url.hostname])) !== undefined) {
      const postgres = await PortForward.open(kubectl, `service/${url.hostname}`, Number(url.port || '5432'))
      forwards.push(postgres)
      url.hostname = '127.0.0.1'
      url.port = String(postgres.port)
    }
    const client = new OperatorClient(`http://127.0.0.1:${operator.port}`, gateway['OPERATOR_TOKEN'] ?? '')
    return await use({ operator: client, databaseUrl: url.href })
  } finally {
    for (const forward of forwards) forward.close()
  }
}

/** Address of the exchange for traders. @throws Error when the Service has no address */
export async function traderUrl(kubectl: Kubectl): Promise<string> {
  const { status } = await kubectl.json<Service>(['get', 'service', 'gateway'])
  const [ingress] = status.loadBalancer?.ingress ?? []
  const host = ingress?.ip ?? ingress?.hostname
  if (host === undefined) throw new Error('the Service gateway has no address outside the cluster; name one with --url')
  return `http://${host}`
}

/** The values of a Secret, by key. */
export async function secret(kubectl: Kubectl, name: string): Promise<Record<string, string>> {
  const { data } = await kubectl.json<Secret>(['get', 'secret', name])
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}
