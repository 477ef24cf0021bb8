import { randomBytes } from 'node:crypto'
import { ApiServer, ApiServerError } from '@uptick/runtime'
import { messageOf } from '@uptick/commandline'

/**
 * Makes the secrets of an exchange that brings its own stores, once: one that is there is left as it is. Run by a Job of
 * the overlay `local`, so that no secret is ever in the repository.
 */
const random = (): string => randomBytes(32).toString('hex')
const password = random()
const unleashPassword = random()

const secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // In one, because neither is of use without the other.
  'uptick-database': {
    POSTGRES_PASSWORD: password,
    DATABASE_URL: `postgres://uptick:${password}@postgres:5432/uptick`,
  },
  'uptick-gateway': {
    OPERATOR_TOKEN: random(),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    REDIS_URL: 'redis://redis:6379',
  },
  // Tokens of Unleash say for which project and environment they are.
  'uptick-flags': {
    UNLEASH_PASSWORD: unleashPassword,
    DATABASE_URL: `postgres://unleash:${unleashPassword}@postgres:5432/unleash`,
    UNLEASH_ADMIN_TOKEN: `*:*.${random()}`,
    FLAGS_TOKEN: `*:development.${random()}`,
  },
  // What engines and gateways prove to each other that they know.
  'uptick-link': { LINK_SECRET: random() },
  // Keys of the two traders that the demo registers.
  'uptick-alice': { UPTICK_KEY: random(), UPTICK_SECRET: random() },
  'uptick-bob': { UPTICK_KEY: random(), UPTICK_SECRET: random() },
}

/** Read from files, again and again: kubelets look no more at a Secret that cannot change. */
const REPLACED_WHILE_RUNNING: readonly string[] = ['uptick-link']

try {
  const api = ApiServer.ofThisPod(process.env)
  if (!api) throw new Error('this is no pod with a token: nowhere to put secrets')
  for (const [name, values] of Object.entries(secrets)) await create(api, name, values)
} catch (error) {
  process.stderr.write(`secrets: ${messageOf(error)}\n`)
  process.exitCode = 1
}

async function create(api: ApiServer, name: string, stringData: Readonly<Record<string, string>>): Promise<void> {
  const labels = { 'app.kubernetes.io/name': 'uptick', 'app.kubernetes.io/part-of': 'uptick' }
  const immutable = !REPLACED_WHILE_RUNNING.includes(name)
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, immutable, stringData }
  try {
    await api.call('POST', `/api/v1/namespaces/${api.namespace}/secrets`, secret)
    process.stdout.write(`made ${name}\n`)
  } catch (error) {
    if (!(error instanceof ApiServerError) || error.status !== 409) throw error
    process.stdout.write(`${name} is there\n`)
  }
}
