export { readRunning, readSettings, runningOn, type DemoKey, type Running, type Settings } from './data-folder.ts'
export {
  OperatorClient,
  OperatorError,
  type AccountView,
  type KeyRegistration,
  type TotalsView,
} from './operator/client.ts'
export { ControlClient, RollError } from './control/control-client.ts'
export type { Rolled, RollStep } from './roll/roller.ts'
export type { ClusterStatus, ProcessStatus } from './status/status.ts'
export { findExchange, type FoundExchange } from './operator/find.ts'
export { orderPathFlags } from './cluster/definitions.ts'
