import { PROCESS_CONNECTIONS } from '@uptick/journal'
import type { DataFolder } from '../folder/data-folder.ts'
import type { CertificateFiles } from '../folder/folder-certificate.ts'
import { GRACE_MS } from '../processes/service.ts'
import type { ReplicaDefinition } from './replica.ts'

/** Ports of the cluster, by use; a gateway has two for probes, because old and new run side by side in a roll. */
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

/** From the notice on WebSockets to the first goodbye: time to connect elsewhere first. */
const NOTICE_MS = 1_000
const DRAIN_MS = 12_000
const EVICTION_MS = 10_000
const HAND_OFF_MS = 3_000

/**
 * Flags of Node for what orders pass through. What an order leaves behind dies young, if the young generation outlasts
 * it; and the first collections of everything, at the few megabytes that V8 begins with, are put off: they stop a
 * process for milliseconds, six times in a hundred thousand orders.
 */
export const orderPathFlags = ['--max-semi-space-size=32', '--min-semi-space-size=16', '--initial-old-space-size=256']

/** Two engines, two gateways and the successor of one in a roll, a recorder, and the supervisor when it sets up. */
const CONNECTIONS_PLANNED =
  2 * PROCESS_CONNECTIONS.engine + 3 * PROCESS_CONNECTIONS.gateway + PROCESS_CONNECTIONS.recorder + 1

/** What the cluster is given from outside. */
export interface Surroundings {
  readonly databaseUrl: string
  /** Empty: the gateways count limits together in the supervisor. */
  readonly redisUrl: string
  /** For what traders connect to; undefined: without TLS. */
  readonly certificate: CertificateFiles | undefined
  /** More settings of the gateways, instead of those here. */
  readonly gateway: Readonly<Record<string, string>>
  /** The same of the engines. */
  readonly engine: Readonly<Record<string, string>>
  /** Where each engine is reached, in their order; empty: at its port. */
  readonly linkUrls: readonly string[]
}

type Definition = Omit<ReplicaDefinition, 'folder' | 'logFile' | 'logs' | 'verbose' | 'onRestart'>

/** Every process of the cluster but PostgreSQL, in the order of their start. */
export function clusterDefinitions(folder: DataFolder, ports: Ports, surroundings: Surroundings): Definition[] {
  const { databaseUrl, redisUrl, certificate, gateway: gatewaySettings, engine: engineSettings } = surroundings
  const [firstLink, secondLink] = linkUrlsOf(ports, surroundings)
  const common = {
    DATABASE_URL: databaseUrl,
    SHARD: '0',
    CONNECTIONS_PLANNED: String(CONNECTIONS_PLANNED),
    // Types are stripped once, not at every start; and without stripping the engine's typed arrays are faster.
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
      // The supervisor has the public sockets; a gateway's own are only for looking at it alone.
      CONNECTIONS: 'parent',
      PORT: '0',
      OPERATOR_PORT: '0',
      ...(certificate && { TLS_CERT_FILE: certificate.cert, TLS_KEY_FILE: certificate.key }),
      // Of this machine alone.
      OPERATOR_TLS: 'false',
      OPERATOR_TOKEN: folder.settings.operatorToken,
      // All clients here are of the person at this machine: past a limit there is an error, not a ban.
      LIMIT_BANS: 'false',
      REDIS_URL: redisUrl,
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
    // What is older than the default of the recorder goes into files, which a rebuild of history reads.
    environment: { ...common, ARCHIVE_FOLDER: folder.file('archive') },
  }
  return [engine(1), engine(2), recorder, gateway(1), gateway(2)]
}

/** Where gateways and members reach the engines. */
function linkUrlsOf(ports: Ports, { linkUrls }: Surroundings): readonly [string, string] {
  const [first, second] = linkUrls
  return [first ?? `ws://127.0.0.1:${ports['link-1']}/link`, second ?? `ws://127.0.0.1:${ports['link-2']}/link`]
}
