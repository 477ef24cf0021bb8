import { letIn, settings, sql, without, type AlertFault } from '../alert-fault.ts'

const GATEWAY = 'deployment/gateway'
/** An address that nothing answers. */
const NOWHERE = 'http://192.0.2.1:4242/api'

/** Faults of gateways and of what they need beside the engines. */
export const gatewayFaults: readonly AlertFault[] = [
  without('deployment/redis', 1, ['RedisUnreachable']),
  {
    what: 'PostgreSQL lets no gateway in',
    alerts: ['KeysStale'],
    // A policy leaves established connections alone.
    cause: async (stage) => {
      await letIn(stage, 'postgres', 'engine', 'recorder', 'migration')
      await sql(
        stage,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'uptick-gateway'",
      )
    },
    undo: (stage) => letIn(stage, 'postgres', 'engine', 'gateway', 'recorder', 'migration'),
  },
  {
    what: 'the flag server does not answer',
    alerts: ['FlagsStale'],
    cause: (stage) => settings(stage, GATEWAY, `FLAGS_URL=${NOWHERE}`, 'FLAGS_TOKEN=none'),
    undo: (stage) => settings(stage, GATEWAY, 'FLAGS_URL-', 'FLAGS_TOKEN-'),
  },
  without(GATEWAY, 2, ['GatewayMissing']),
]
