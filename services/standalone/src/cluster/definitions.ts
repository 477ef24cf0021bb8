import { PROCESS_CONNECTIONS } from '@uptick/journal'
import type { DataFolder } from '../folder/data-folder.ts'
import type { CertificateFiles } from '../folder/folder-certificate.ts'
import { GRACE_MS } from '../processes/service.ts'
import type { ReplicaDefinition } from './replica.ts'

/**
 * Ports of the cluster, by use. A gateway has two for probes, because the old and the new one run together in a roll.
 */
export const PORT_NAMES = [
  'postgres',
  'control',
  'operator',
  'link-1',
  'link-2',
  'engine-1',
  'engine-2',
  'recorder',
  'gateway-1',
  'gateway-1-next',
  'gateway-2',
  'gateway-2-next',
] as const

export type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>

/** From the notice on WebSockets to the first close: time for clients to connect elsewhere first. */
const NOTICE_MS = 1_000
const DRAIN_MS = 12_000
const EVICTION_MS = 10_000
const HAND_OFF_MS = 3_000

/**
 * Flags of Node for the processes on the path of an order. The objects of an order die young if the young generation is
 * large enough to outlast it. The first full collections, at the few megabytes that V8 begins with, are put off: they
 * stop a process for milliseconds, six times in a hundred thousand orders.
 */
export const orderPathFlags = ['--max-semi-space-size=32', '--min-semi-space-size=16', '--initial-old-space-size=256']

/** Two engines, two gateways and the successor of one in a roll, a recorder, and the supervisor during set-up. */
const CONNECTIONS_PLANNED =
  2 * PROCESS_CONNECTIONS.engine + 3 * PROCESS_CONNECTIONS.gateway + PROCESS_CONNECTIONS.recorder + 1

/** The outer settings of the cluster. */
export interface Surroundings {
  readonly databaseUrl: string
  /** Empty: the supervisor counts the gateways' limits. */
  readonly redisUrl: string
  /** Certificate for traders' connections; undefined: without TLS. */
  readonly certificate: CertificateFiles | undefined
  /** Settings of the gateways that replace those here. */
  readonly gateway: Readonly<Record<string, string>>
  /** Settings of the engines that replace those here. */
  readonly engine: Readonly<Record<string, string>>
  /** Link addresses of the engines, in their order; empty: each is reached at its port. */
  readonly linkUrls: readonly string[]
}

type Definition = Omit<ReplicaDefinition, 'folder' | 'logFile' | 'logs' | 'verbose' | 'onRestart'>

/** Every process of the cluster except PostgreSQL, in the order of their start. */
export function clusterDefinitions(folder: DataFolder, ports: Ports, surroundings: Surroundings): Definition[] {
  const { databaseUrl, redisUrl, certificate, gateway: gatewaySettings, engine: engineSettings } = surroundings
  const [firstLink, secondLink] = linkUrlsOf(ports, surroundings)
  const common = {
    DATABASE_URL: databaseUrl,
    SHARD: '0',
    CONNECTIONS_PLANNED: String(CONNECTIONS_PLANNED),
    // Types are stripped once and not at every start. The engine's typed arrays are also faster without stripping.
    NODE_COMPILE_CACHE: folder.file('compile-cache'),
  }
  const links = { LINK_SECRET_FILE: folder.linkSecretFile }
  const engine = (number: 1 | 2): Definition => ({
    kind: 'engine',
    name: `engine-${number}`,
    entry: 'engine/src/main.ts',
    flags: orderPathFlags,
    opsPorts: [ports[`engine-${number}`]],
    environment: {
      ...common,
      ...links,
      INSTANCE: `engine-${number}`,
      LINK_HOST: '127.0.0.1',
      LINK_PORT: String(ports[`link-${number}`]),
      LINK_URL: number === 1 ? firstLink : secondLink,
      EVIDENCE_FOLDER: folder.file('evidence', `engine-${number}`),
      GRACE_MS: String(GRACE_MS),
      ...engineSettings,
    },
  })
  const gateway = (number: 1 | 2): Definition => ({
    kind: 'gateway',
    name: `gateway-${number}`,
    entry: 'gateway/src/main.ts',
    flags: orderPathFlags,
    opsPorts: [ports[`gateway-${number}`], ports[`gateway-${number}-next`]],
    environment: {
      ...common,
      ...links,
      INSTANCE: `gateway-${number}`,
      // The supervisor has the public sockets; a gateway's own sockets only serve to look at it alone.
      CONNECTIONS: 'parent',
      PORT: '0',
      OPERATOR_PORT: '0',
      ...(certificate && { TLS_CERT_FILE: certificate.cert, TLS_KEY_FILE: certificate.key }),
      // Reachable from this machine only.
      OPERATOR_TLS: 'false',
      OPERATOR_TOKEN: folder.settings.operatorToken,
      // All clients here belong to the user of this machine: past a limit they get an error, not a ban.
      LIMIT_BANS: 'false',
      REDIS_URL: redisUrl,
      FLAGS_FILE: folder.flagsFile,
      KEY_ENCRYPTION_KEY: folder.settings.keyEncryptionKey,
      ENGINE_URLS: [firstLink, secondLink].join(','),
      DRAIN_FLOOR_MS: String(NOTICE_MS),
      DRAIN_MS: String(DRAIN_MS),
      EVICTION_MS: String(EVICTION_MS),
      HAND_OFF_MS: String(HAND_OFF_MS),
      GRACE_MS: String(GRACE_MS),
      ...gatewaySettings,
    },
  })
  const recorder: Definition = {
    kind: 'recorder',
    name: 'recorder',
    entry: 'recorder/src/main.ts',
    opsPorts: [ports.recorder],
    // Batches older than the recorder's default go into files, from which a rebuild of history reads.
    environment: { ...common, ARCHIVE_FOLDER: folder.file('archive') },
  }
  return [engine(1), engine(2), recorder, gateway(1), gateway(2)]
}

/** Link addresses of the engines for gateways and members. */
function linkUrlsOf(ports: Ports, { linkUrls }: Surroundings): readonly [string, string] {
  const [first, second] = linkUrls
  return [first ?? `ws://127.0.0.1:${ports['link-1']}/link`, second ?? `ws://127.0.0.1:${ports['link-2']}/link`]
}
