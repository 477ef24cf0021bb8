import { checkLinkSettings } from '@uptick/link'
import { checkTimeBudget, Drain, HttpDrain, type ServiceContext, SocketDrain } from '@uptick/runtime'
import { addressSettings } from './addresses/address-settings.ts'
import type { Gateway } from './app.ts'
import type { GatewayConfig } from './config.ts'
import type { Connection } from './sockets/connection.ts'

/**
 * How a gateway drains. REST and operator API ask their clients to close; WebSockets of market streams and WebSocket
 * API are moved one after the other. Create it before the servers listen.
 */
export function gatewayDrain(gateway: Gateway, context: ServiceContext<GatewayConfig>): Drain<Connection> {
  const { config, log, metrics } = context
  const isHanded = config.CONNECTIONS === 'parent'
  const options = {
    floorMs: config.DRAIN_FLOOR_MS,
    boundMs: config.DRAIN_MS,
    idleMs: config.DRAIN_IDLE_MS,
    // The parent hands over no more connections, so clients need not learn that this process ends.
    ...(isHanded && { quietMs: 0 }),
  }
  const sockets = new SocketDrain<Connection>({
    sockets: () => gateway.sockets.open,
    notice: (connection) => connection.giveNotice(),
    busy: (connection) => connection.busy,
    ratePerSecond: config.EVICTION_RATE,
    boundMs: config.EVICTION_MS,
  })
  const http = [new HttpDrain(gateway.rest.server, options), new HttpDrain(gateway.operator.server, options)]
  return new Drain({ http, sockets, log, metrics })
}

/**
 * @throws TimeBudgetError when the times of drain and hold do not fit together
 * @throws ConfigError when the secret of the links is missing, or an address is invalid
 */
export function checkGateway(config: GatewayConfig): void {
  checkLinkSettings(config)
  addressSettings(config)
  checkTimeBudget({
    graceMs: config.GRACE_MS,
    preStopMs: config.PRE_STOP_MS,
    floorMs: config.DRAIN_FLOOR_MS,
    drainMs: config.DRAIN_MS,
    evictionMs: config.EVICTION_MS,
    handOffMs: config.HAND_OFF_MS,
    leaseMs: config.LEASE_MS,
    holdMs: config.HOLD_MS,
  })
}
