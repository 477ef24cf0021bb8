export { needCluster } from './current-cluster.ts'
export { deploy, noteRelease, type Deployed, type DeployOptions } from './deploy.ts'
export { ExchangeWatch, stateOf } from './exchange-watch.ts'
export { Kubectl } from './kubectl.ts'
export {
  componentOf,
  isReady,
  progressOf,
  type Deployment,
  type List,
  type Metadata,
  type Pod,
  type StatefulSet,
  type Workload,
} from './objects.ts'
export { PortForward } from './port-forward.ts'
export { rollback, type RolledBack } from './rollback.ts'
export { ROLL_LIMITS, type RollLimits } from './roll.ts'
export { findWorkloads, isOfPart, PART_NAMES } from './workloads.ts'
export { type WatchEvent } from './watch.ts'
