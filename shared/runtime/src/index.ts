export { plainAddress } from './addresses/address.ts'
export { AddressError, AddressRanges } from './addresses/address-ranges.ts'
export { countedAddress, type CountedAddress } from './addresses/counted-address.ts'
export { processStart, systemClock, systemTimers, type CancelTimer, type Clock, type Timers } from './clock.ts'
export { ConfigError, parseConfig, printableConfig, type Environment } from './config.ts'
export { advise, databaseSettings } from './database-settings.ts'
export { letClientsCloseFirst } from './drain/client-closes-first.ts'
export { declareProcessMetrics, declareServerMetrics } from './declared-metrics.ts'
export { Drain, type DrainOptions } from './drain/drain.ts'
export { HttpDrain, type HttpDrainOptions, type HttpDrainReport } from './drain/http-drain.ts'
export { reconnectDelayOf, SERVICE_RESTART } from './drain/reconnect.ts'
export { describeDrain, type DrainReport } from './drain/report.ts'
export { drainSettings } from './drain/settings.ts'
export {
  SocketDrain,
  type DrainedSocket,
  type SocketDrainOptions,
  type SocketDrainReport,
} from './drain/socket-drain.ts'
export { checkTimeBudget, TimeBudgetError, type TimeBudget } from './drain/time-budget.ts'
export { ApiServer, ApiServerError, type ApiServerOptions } from './kubernetes/api-server.ts'
export { publishPodConditions, type PodConditionsOptions } from './kubernetes/pod-conditions.ts'
export { Lifecycle, type Condition, type LifecycleState } from './lifecycle.ts'
export { createLogger, surviveOutput, type Logger, type LoggingOptions } from './logging.ts'
export {
  Counter,
  createMetrics,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  Registry,
  type MetricsOptions,
} from './metrics.ts'
export { readCounters, readCountersBy, readGauges, unread } from './read-metrics.ts'
export { messageOf } from './message-of.ts'
export { type OpsServer, type OpsServerOptions } from './ops-server.ts'
export { placeOf, processName } from './process-name.ts'
export { openCertificate, runService, serviceSettings, type ServiceContext, type ServiceOptions } from './service.ts'
export { Shutdown, type StepReport } from './shutdown.ts'
export { WatchedFiles, type WatchedFilesOptions } from './watched-files.ts'
export { TLS_VERSION_MIN, type Certificate } from './tls/certificate.ts'
export { TlsEntrance, type TlsCounters, type TlsEntranceOptions } from './tls/tls-entrance.ts'
export { exposeTls } from './tls/tls-metrics.ts'
export { type TlsConfig } from './tls/tls-settings.ts'
export { WatchedCertificate, type CertificateContext, type CertificateFiles } from './tls/watched-certificate.ts'
