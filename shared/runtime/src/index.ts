export { ConfigError, parseConfig, printableConfig, type Environment } from './config.ts'
export { Lifecycle, type Condition, type LifecycleState } from './lifecycle.ts'
export { createLogger, type Logger, type LoggingOptions } from './logging.ts'
export {
  Counter,
  createMetrics,
  exposeLifecycle,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_SECONDS,
  Registry,
  type MetricsOptions,
} from './metrics.ts'
export { startOpsServer, type OpsServer, type OpsServerOptions } from './ops-server.ts'
export { runService, serviceSettings, type ServiceContext, type ServiceOptions } from './service.ts'
export { Shutdown, type StepReport } from './shutdown.ts'
