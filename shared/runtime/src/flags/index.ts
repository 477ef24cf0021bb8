/** Feature flags, evaluated at the edge of the exchange. */
export { FLAG_NAMES, FLAGS, type FlagName, rolloutOf, strategyOf } from './declared.ts'
export { readDefinitions } from './definitions.ts'
export { declareFlagMetrics } from './flag-metrics.ts'
export { Flags, type FlagContext, type FlagSource, type FlagsOptions, type FlagsState } from './flags.ts'
export { flagSettings } from './settings.ts'
