import { PROCESS_CONNECTIONS } from '@uptick/journal'
import { databaseSettings, drainSettings, serviceSettings } from '@uptick/runtime'
import { flagSettings } from '@uptick/runtime/flags'
import { linkSettings, HOLD_MS_DEFAULT } from '@uptick/link'
import { type Static, Type } from 'typebox'
import { QUEUE_MAX_DEFAULT } from './engine-link/link-options.ts'
import { KEYS_AGE_MS_MAX } from './keys/key-store.ts'
import { UNSENT_BYTES_MAX } from './clients/clients.ts'
import { LIMITS_DEFAULT } from './limits/rate-limits.ts'
import { REQUEST_MS_MAX } from './rest/rest.ts'

const port = (description: string, fallback: number): ReturnType<typeof Type.Integer> =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: fallback, description })

/** The gateway's settings: names of environment variables. */
export const gatewaySchema = Type.Object({
  ...serviceSettings,
  ...drainSettings,
  ...linkSettings,
  ...databaseSettings,
  ...flagSettings,
  CONNECTIONS: Type.Enum(['own', 'parent'], {
    default: 'own',
    description: 'parent: the parent process listens too, and hands connections over its IPC channel',
  }),
  HOST: Type.String({ default: '127.0.0.1', description: 'address of REST and WebSocket' }),
  PORT: port('port of REST and WebSocket, 0 for a free one', 8080),
  OPERATOR_HOST: Type.String({ default: '127.0.0.1', description: 'address of the operator API' }),
  OPERATOR_PORT: port('port of the operator API, 0 for a free one', 8081),
  OPERATOR_TOKEN: Type.String({ minLength: 16, secret: true, description: 'bearer token of the operator API' }),
  OPERATOR_TLS: Type.Boolean({
    default: true,
    description: 'where there is a certificate, the operator API speaks TLS, too',
  }),
  DATABASE_URL: Type.String({ minLength: 1, secret: true, description: 'connection string of PostgreSQL' }),
  HISTORY_DATABASE_URL: Type.String({
    default: '',
    secret: true,
    description: 'connection string of a pooler in transaction mode, for history; without, it is read directly',
  }),
  HISTORY_CONNECTIONS_MAX: Type.Integer({
    minimum: 1,
    maximum: 100,
    default: PROCESS_CONNECTIONS.gateway - 1,
    description: 'connections for history; one more is for everything else',
  }),
  KEYS_AGE_MS_MAX: Type.Integer({
    minimum: 1000,
    default: KEYS_AGE_MS_MAX,
    description: 'signed requests are refused when PostgreSQL has not confirmed the API keys for this long',
  }),
  KEY_ENCRYPTION_KEY: Type.String({
    pattern: '^[A-Za-z0-9+/]{43}=$',
    secret: true,
    description: '32 bytes in base64 that seal the secrets of API keys',
  }),
  ENGINE_URLS: Type.String({ minLength: 1, description: "URLs of the shard's engines, separated by commas" }),
  SHARD: Type.Integer({ minimum: 0, maximum: 999, default: 0 }),
  INSTANCE: Type.String({ default: 'gateway', description: 'name of this gateway in the logs of the engine' }),
  HOLD_MS: Type.Integer({
    minimum: 100,
    maximum: 5000,
    default: HOLD_MS_DEFAULT,
    description: 'how long a request is held while no engine answers',
  }),
  LEASE_MS: Type.Integer({
    minimum: 300,
    maximum: 30_000,
    default: 1500,
    description: 'lease of the engines, as they have it: a second less than the hold at least',
  }),
  QUEUE_MAX: Type.Integer({ minimum: 1, default: QUEUE_MAX_DEFAULT, description: 'requests that may be held' }),
  TRUST_PROXY: Type.String({
    default: '',
    description: 'addresses and ranges of proxies whose X-Forwarded-For is believed, separated by commas',
  }),
  PROXY_PROTOCOL: Type.String({
    default: '',
    description: 'addresses and ranges of balancers whose connections begin with the header of the PROXY protocol',
  }),
  UNSENT_BYTES_MAX: Type.Integer({
    minimum: 1024 * 1024,
    default: UNSENT_BYTES_MAX,
    description: 'bytes that all clients together may leave unread; past it those that leave the most are cut off',
  }),
  REQUEST_MS_MAX: Type.Integer({
    minimum: 100,
    default: REQUEST_MS_MAX,
    description: 'how long the head and body of a request may take to arrive',
  }),
  LIMIT_WEIGHT_1M: Type.Integer({ minimum: 1, default: LIMITS_DEFAULT.requestWeightPerMinute }),
  LIMIT_ORDERS_10S: Type.Integer({ minimum: 1, default: LIMITS_DEFAULT.ordersPerTenSeconds }),
  LIMIT_ORDERS_1D: Type.Integer({ minimum: 1, default: LIMITS_DEFAULT.ordersPerDay }),
  LIMIT_RAW_REQUESTS_5M: Type.Integer({ minimum: 1, default: LIMITS_DEFAULT.rawRequestsPerFiveMinutes }),
  LIMIT_CONNECTIONS_5M: Type.Integer({ minimum: 1, default: LIMITS_DEFAULT.connectionsPerFiveMinutes }),
  REDIS_URL: Type.String({
    default: '',
    secret: true,
    description: 'Redis in which the gateways of a shard count their limits together; without, each counts for itself',
  }),
  LIMIT_BANS: Type.Boolean({ default: true, description: 'ban addresses that go on past a limit (418)' }),
})

export type GatewayConfig = Static<typeof gatewaySchema>
