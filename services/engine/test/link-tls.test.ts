import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate, makeSelfSigned, type Issuer } from '@uptick/certificate'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import { dialWebSockets, provenDial, type LinkTls } from '@uptick/link'
import { LinkRole } from '@uptick/protocol'
import { createLogger, createMetrics, Lifecycle, WatchedCertificate } from '@uptick/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkKeys } from './credentials.ts'
import { startEngine, untilReady, untilRole, type RunningEngine } from './running-engine.ts'

/* Links over TLS: an engine accepts peers with a certificate of its authority, and is recognized by its name. */

const folder = mkdtempSync(join(tmpdir(), 'uptick-link-tls-'))
const closing: (() => void)[] = []
let database: TestDatabase
let leader: RunningEngine
let ours: Issuer

/** Files of a certificate for `name`, and of the authority that the other end is held to. */
async function certify(file: string, name: string, issuer: Issuer): Promise<Record<'cert' | 'key' | 'ca', string>> {
  const made = await makeCertificate([name], 10, issuer)
  const paths = { cert: join(folder, `${file}.crt`), key: join(folder, `${file}.key`), ca: join(folder, `${file}.ca`) }
  writeFileSync(paths.cert, made.cert)
  writeFileSync(paths.key, made.key)
  writeFileSync(paths.ca, ours.certificate.toString('pem'))
  return paths
}

async function startWithTls(file: string): Promise<RunningEngine> {
  const { cert, key, ca } = await certify(file, 'engine', ours)
  const settings = { LINK_TLS_CERT_FILE: cert, LINK_TLS_KEY_FILE: key, LINK_TLS_CA_FILE: ca }
  return startEngine(database.url, {}, settings)
}

async function tlsOf({ cert, key, ca }: Record<'cert' | 'key' | 'ca', string>, name = 'engine'): Promise<LinkTls> {
  const context = {
    log: createLogger({ name: 'test', level: 'silent' }),
    metrics: createMetrics({ service: 'test', defaults: false }),
    lifecycle: new Lifecycle(),
    onShutdown: (_name: string, _boundMs: number, run: () => void) => void closing.push(run),
  }
  return { certificate: await WatchedCertificate.open(context, { name: 'link', paths: [cert, key, ca] }), name }
}

/** How dialling the leader ends: `opened`, or why not. */
function dial(tls?: LinkTls): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = provenDial(dialWebSockets({ tls }), { role: LinkRole.GATEWAY, keys: linkKeys })(leader.url, {
    opened: () => resolve('opened'),
    received: () => undefined,
    closed: resolve,
  })
  return promise.finally(() => socket.close())
}

beforeAll(async () => {
  ours = (await makeSelfSigned(['authority.test'], 10)).issuer
  database = await createDatabase()
  leader = await startWithTls('leader')
})

afterAll(async () => {
  for (const close of closing) close()
  await leader.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

test('a peer with a certificate of the authority is accepted, and no other, whatever secret it knows', async () => {
  expect(leader.url).toMatch(/^wss:/)
  expect(await dial(await tlsOf(await certify('gateway', 'gateway', ours)))).toBe('opened')
  const theirs = (await makeSelfSigned(['other.test'], 10)).issuer
  expect(await dial(await tlsOf(await certify('stranger', 'gateway', theirs)))).not.toBe('opened')
  expect(await dial()).not.toBe('opened')
})

test('an engine whose certificate has another name is not believed', async () => {
  const tls = await tlsOf(await certify('careful', 'gateway', ours), 'another-engine')
  expect(await dial(tls)).toContain('another-engine')
})

test('a standby joins over TLS, and the shard is handed to it', async () => {
  const standby = await startWithTls('standby')
  await untilReady(standby)
  // The leader hears a moment later that it is ready.
  while (!(await leader.engine.handOff())) await new Promise((resolve) => setImmediate(resolve))
  await untilRole(standby, 'leading')
  expect(standby.engine.role).toBe('leading')
  await standby.stop()
})
